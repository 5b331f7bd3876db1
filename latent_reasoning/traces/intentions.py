"""Cues of looking ahead and around: planning, monitoring, exploration and gap analysis."""

from latent_reasoning.traces.cues import cue

PLANNING = (
    cue(
        "plan strategy approach outline roadmap steps goal idea task aim step how",
        r"<start>(?:\w+ ){0,2}(?:plan|strategy|approach|outline|roadmap|steps)(?: (?:to|of|for)"
        r" \w+(?: \w+){0,4}| is as follows)?[*_ ]*:|\bhere(?:'s| is) how (?:i|we)(?:'ll| will|"
        r" can)|\bhere(?:'s| is) (?:my|the|our|a) (?:plan|strategy|approach|outline)|\b(?:the|my"
        r"|our) (?:overall |general |basic |main )?(?:plan|strategy|idea|approach|goal|aim|task"
        r"|first (?:step|task|goal)|next step) (?:here |now |then )?(?:is|will be|would be)"
        r" (?:to\b|as follows|simple:)",
    ),
    cue(
        "break",
        r"<do> <now>break (?:this|it|the (?:problem|question|task|solution|calculation)|that"
        r"|things|down|everything)",
    ),
    cue(
        "start begin tackle proceed follow outline plan",
        r"(?:<do>|to (?:do|solve) (?:this|that|so)),? <now>(?:(?:start|begin) (?:by|with|off)"
        r"|outline|plan (?:out|this|the|my|how)|proceed (?:as follows|in|step|by)|tackle (?:this"
        r"|it|the|each) (?:\w+ )?(?:in|by|step|part|one|with)|follow (?:these|the following|the)"
        r" (?:\w+ )?(?:steps|approach|plan))|\bfollow (?:these|the following|this) (?:\w+"
        r" )?(?:steps|plan|procedure)",
    ),
    cue(
        "solve find determine calculate answer figure compute get prove evaluate work tackle do"
        " simplify show obtain maximize minimize count express convert approach solving",
        r"<start>(?:so,? |now,? |okay,? |in order )?to (?:solve|find|determine|calculate|answer"
        r"|figure|compute|get|prove|evaluate|work|tackle|do|simplify|show|obtain|maximize"
        r"|minimize|count|express|convert|approach|solving)\b[^.!?\n]{0,220}?,? (?:we|i|you"
        r"|let's|let us|one)(?:'ll| will| need| can| must| should| have| first| start| begin|"
        r" are going| want|'d| could| would)?(?: (?:first|also|simply|just|then))? (?:need to"
        r"|have to|to\b|first|start|begin|follow|use|find|break|consider|look|determine|set"
        r"|calculate|count|compute|solve|understand|apply|divide|identify|work|add|express"
        r"|analyze|factor|subtract|multiply|do\b|know|figure|take|write|convert|simplify|recall"
        r"|rewrite|proceed|think)",
    ),
    cue(
        "first firstly",
        r"<start>(?:so,? |okay,? |alright,? |now,? )?(?:first(?:ly)?(?: of all)?),? (?:(?:we|i"
        r"|you)(?:'ll| will| need| have| want| should| must|'d| are going|'m going) (?:to|need"
        r"|want|find|compute|calculate|determine|set|use|look|figure|write|identify|have|first"
        r"|like|count|consider|define|solve)|let's (?:find|figure|determine|calculate|compute"
        r"|look|identify|understand|set|work|see|define|consider|write|count|list|convert|solve"
        r"|get))",
    ),
    cue(
        "first",
        r"<start>(?:\w+ ){0,3}(?:i'll|we'll|i will|we will|let's|let me|we can|we should|i"
        r" should|i need to|we need to|i'd|i want to) first\b[^.\n]{3}",
    ),
    cue(
        "need_to have_to",
        r"\b(?:we|i)(?:'ll| will)? (?:need|have) to (?:figure out|find|determine|know|compute"
        r"|calculate|work out) (?:two|three|four|several|a few|the following)\b",
    ),
    cue(
        "next",
        r"<start>(?:and )?next,? (?:we|i)(?:'ll| will| need| have| want| should|'m going| are"
        r" going) (?:to\b|need to|find|compute|calculate|determine|use|look|figure|work)",
    ),
    cue("before", r"<start>before \w+ing\b[^.\n]{3,80}, (?:<let>|we|i)\b"),
    cue(
        "so_we_will so_i_will",
        r"\bso (?:we|i) will (?:\w+ )?(?:use|find|compute|move|solve|need|try|start|split"
        r"|rewrite)",
    ),
    cue(
        "afterwards afterward subsequently",
        r"\b(?:i|we)\b[^.\n]{5,120}\b(?:afterwards?|subsequently)\b",
    ),
    cue(
        "then finally after_that before",
        r"\b(?:i'll|we'll|i will|we will|we need to|i need to|we can|let's|i'm going to|we have"
        r" to|i have to|we should)\b[^.\n]{5,140}?,? (?:and )?(?:then|after that|and finally"
        r"|before) (?:i'll |we'll |we |i |we can |we will |i will )?(?!x\b|y\b|\$|\\)(?:use|find"
        r"|comput|solv|add|subtract|calculat|combin|check|divid|multipl|substitut|set|work|apply"
        r"|determin|sum|count|plug|compar|convert|tak|get|simplif|look|prov|show|figur|see"
        r"|isolat|factor|answer|evaluat|round|express)",
    ),
    cue(
        "step steps",
        r"\b(?:the )?(?:first|next|second|final|last) step (?:is|will be|would be) to\b|\b(?:in"
        r"|into|take) (?:two|three|four|five|several|the following|\d|these|smaller|simple"
        r"|manageable) (?:\w+ )?(?:steps|parts|stages|pieces|cases)\b(?=[^\n]*(?:[:.]|$))|\bhere"
        r" are the steps|\bthere are (?:two|three|four) (?:steps|parts) to",
    ),
    cue(
        "going plan planning intend aim",
        r"\b(?:i'm|i am|we're|we are) going to (?:use|find|compute|solve|try|need|start|work"
        r"|break|do|split|set|apply|calculate|look)|\b(?:i|we) (?:plan|intend|aim) to (?:use"
        r"|find|compute|solve|start|work|break|split|show|apply|count)",
    ),
)  # fmt: skip
"""Says what will be done before doing it: "To find the area, we need to", "First, I'll"."""

MONITORING = (
    cue(
        "far",
        r"<start>(?:okay,? )?so far(?:,|:|(?= (?:we|i|so|the|it|there|our|my|everything|\$|\\)))"
        r"|\b(?:we|i)(?:'ve| have)?\b[^.\n]{0,60} so far\b|\bso far so good",
    ),
    cue("now", r"<start>up to now,? (?:we|i)\b"),
    cue("point", r"\bat this (?:point|stage),? (?:we|i|the|our|it|there|all)\b"),
    cue(
        "now_that now_i now_we now,_i now,_we",
        r"<start>(?:okay,? |so,? )?now that (?:we|i)(?: have|'ve| know| found| can)"
        r"|<start>(?:so,? |okay,? |and )?now,? <have> (?:found|established|computed|shown"
        r"|determined|all|both|two|three|everything|got|reduced)",
    ),
    cue(
        "already found established handled covered done shown computed determined calculated"
        " counted proved derived solved considered now just",
        r"\b<have> (?:now |already |just |so far ){1,2}(?:found|established|computed|shown"
        r"|determined|handled|covered|got|gotten|done|derived|calculated|counted|used|seen"
        r"|proved|solved|considered|accounted|dealt)|\bwe already (?:know|found|have|computed"
        r"|calculated|determined|showed|saw|established|counted|used)|\bi already (?:found"
        r"|computed|calculated|checked|counted|have|used|know)",
    ),
    cue(
        "determined established found",
        r"<start>(?:so |okay,? |thus |now )*we(?:'ve| have) (?:determined|established)\b",
    ),
    cue("yet", r"\b(?:we|i) (?:haven't|have not) (?:\w+ ){1,2}[^.\n]{0,50}\byet\b"),
    cue("mind", r"\b(?:have to|must|should|let's|let me|to|i'll) keep in mind\b"),
    cue(
        "open unknown undetermined",
        r"\b(?:is|are) still (?:open|unknown|undetermined|to be (?:found|determined|computed))\b",
    ),
    cue(
        "go",
        r"\b(?:one|two|three|\d) (?:\w+ )?(?:done|down|handled),? (?:and )?(?:one|two|three"
        r"|\d)(?: more)? to go\b",
    ),
    cue(
        "done",
        r"<start>(?:good,? |great,? |okay,? )?(?:that's|that is|so that's) the (?:\w+"
        r" ){1,2}(?:done|out of the way|taken care of)",
    ),
    cue(
        "left what_remains that_remains it_remains only_remains remaining_step remaining_case"
        " remaining_task remaining_part remaining_thing remaining_question remaining_piece",
        r"\b(?:all that(?:'s| is)?|what(?:'s| is)?|what|only thing(?: that's| that is)?) (?:left"
        r"|remains)\b(?:,? (?:is|now|to)|:)|\bit (?:only )?remains to\b|\bthe (?:only"
        r" )?remaining (?:step|case|task|part|thing|question|piece)s? (?:is|are)\b",
    ),
    cue("still", r"\b(?:we|i) still (?:need|have|must|don't have|haven't)\b(?! (?:\$?\d))"),
    cue(
        "more last",
        r"\b(?:just )?one (?:more|last|final) (?:step|case|thing|calculation|piece) (?:to (?:go"
        r"|do|check|find|consider)|left|remains|remaining)",
    ),
    cue(
        "almost nearly halfway half-way about_there about_done getting_there getting_close"
        " close_to done_with not_done not_finished not_there now_done now_finished not_yet"
        " i'm_done we're_done are_done",
        r"\b<am> (?:now |already )?(?:almost|nearly|half-?way|about|getting|not yet|not|close to"
        r"|very close to) (?:there\b|done\b|finished|close|to the answer|through|the answer)"
        r"|\b<am> done with\b",
    ),
    cue(
        "track progress stock recap summarize summarise",
        r"\bkeep(?:ing)? track of (?:what|where|the (?:cases|steps|progress)|everything|my|our"
        r"|these|this|all)|\b(?:making|good|some) progress\b(?! (?:report|bar))|\bback on"
        r" track\b|<do> <now>(?:keep track|take stock|recap|summari[sz]e (?:what|where|the"
        r" (?:steps|progress|results|information|cases|known)|our|my|so|everything|this|:))"
        r"|<start>to (?:recap|summari[sz]e what)\b|<start>recap(?:ping)?\b ?[:,]",
    ),
    cue(
        "where",
        r"\bsee where (?:we|i|this) (?:are|am|stand|is|gets)|\bwhere (?:was i|were we|are we"
        r" (?:now|so)|am i (?:now|so)|do (?:we|i) stand)\b|\bthis is where we (?:are|stand)",
    ),
    cue(
        "complete completed done finished completes finishes care",
        r"<start>(?:step|part|case|subproblem|stage) \(?\w{1,4}\)? (?:is |was |has been )?(?:now"
        r" )?(?:done|complete|completed|finished|solved|handled)\b|\b(?:that|this) (?:takes care"
        r" of|completes|finishes|covers|handles|settles) (?:the|all|case|step|part|both|our|this"
        r"|every)|\b(?:done|finished) with (?:step|part|case|the (?:first|second))",
    ),
    cue(
        "lengthy long longer circles",
        r"\b<am> (?:going|running|just going) (?:around |round )?in circles|\bthis is (?:getting"
        r"|becoming) (?:\w+ )?(?:lengthy|long|messy|complicated|tedious|out of hand)",
    ),
    cue(
        "getting messy complicated tedious",
        r"\b(?:this|it)(?:'s| is) (?:getting|becoming) (?:\w+ )?(?:messy|complicated|tedious"
        r"|ugly|out of hand)",
    ),
)  # fmt: skip
"""Keeps track of its own progress: "So far we have", "It remains to", "Now that we know"."""

EXPLORATION = (
    cue("alternatively", r"<start>(?:or,? |but |and |so )?alternatively\b"),
    cue(
        "or_we or_i or,_we or,_i or_maybe or,_maybe or_perhaps or,_perhaps or_else or,_else",
        r"<start>or,? (?:maybe |perhaps |else,? )?(?:we|i) (?:could|can|might)\b",
    ),
    cue("how_about", r"<start>(?:and |so |hmm,? )*how about (?!much|many)\w+"),
    cue(
        "way approach method route trick path",
        r"\b(?:cleverer|quicker|faster|simpler|easier|better|nicer|smarter|shorter|neater|more"
        r" (?:clever|elegant|direct|efficient)) (?:way|approach|method|route|trick|path)\b(?!"
        r" home)",
    ),
    cue(
        "differently",
        r"<do> <now>(?:think|look|approach|do|try|see|count|view)\b[^.\n]{0,40}\bdifferently",
    ),
    cue("play toy", r"<do> <now>(?:play (?:around |with)|toy with)"),
    cue("wonder", r"\bi wonder (?:what|how|if we)"),
    cue(
        "idea thought approach option",
        r"<start>(?:one|another|an|a) (?:idea|thought|possible approach|option)(?: here)?:",
    ),
    cue(
        "another different alternative other",
        r"\b(?:another|a different|an alternative|a second|some other|other) (?:possible"
        r" )?(?:ways?|approach(?:es)?|method|idea|option|possibility|strategy|angle|perspective"
        r"|technique|tack|thought)\b(?! (?:home|to school|to work|around town))",
    ),
    cue(
        "what_if what_happens what_would suppose_instead how_about see_if see_what",
        r"<start>(?:but |so |and |hmm,? |okay,? |now,? )*(?:what if|suppose instead|how about if"
        r"|what happens if|what would happen if)\b|<do> <now>see (?:if (?:we|i|there|this|it"
        r"|that) can|what happens)|\bsee what happens (?:if|when)",
    ),
    cue(
        "try trying tried",
        r"(?:<do>|maybe|perhaps|<start>(?:now |next,? |or )?|we might|i might)"
        r" ?<now>try(?:ing)?\b(?! to (?:understand|solve|find|figure|be|get|calculate|answer"
        r"|recall|verify|check|remember|determine|see|simplify|work|do|explain|keep|think"
        r"|again)\b)(?!\w| again| (?:that|this|it) again| our best)",
    ),
    cue(
        "consider explore test experiment examine",
        r"<do> <now>(?:consider (?:another|an alternative|a different|other|the (?:possibility"
        r"|alternative)|whether|different|small|special|some (?:small|specific|examples)"
        r"|possible|instead)|explore\b|experiment\b|(?:test|examine|look at) (?:a few|some|small"
        r"|different|various|several|specific|simple|special) )",
    ),
    cue(
        "maybe perhaps",
        r"<start>(?:but |or |so |and |hmm,? |wait,? |okay,? )*(?:maybe|perhaps) (?:we|i|there|it"
        r"|using|the|a|try|if|this|that|another|use|look|think|apply|rewrite|consider|start"
        r"|work)\b(?=[^.\n]*\b(?:can|could|should|try|use|a way|way to|there's|there is|better"
        r"|instead|easier|help|work|pattern|trick|approach|consider|think|look|inequality"
        r"|theorem|formula|apply|induction|modulo|symmetry|rewrite|factor|simplif\w+)\b)(?! i"
        r" (?:made|mis|missed|forgot|should have|got))",
    ),
    cue(
        "possibilities option possibility idea approaches ways",
        r"\bone (?:option|possibility|idea|way|approach) (?:is|would be|might be|could be)\b"
        r"|\bthere (?:are|might be|may be|could be) (?:several|multiple|many|a few|two|other"
        r"|different|various)(?: \w+){0,2} (?:ways? to (?:approach|solve|do this|tackle|attack"
        r"|think|look|see)|approaches|methods|strategies)",
    ),
    cue(
        "instead",
        r"<start>(?:or |so |but )?instead(?: of [^,\n]{1,60})?,? (?:we could|we can|let's|let me"
        r"|i could|i can|i'll try|maybe|perhaps|try)|<do> <now>(?:use|do|work|look at|think"
        r" about|count|compute|assume)\b[^.\n]{1,60}\binstead\b",
    ),
    cue(
        "cases values examples combinations possibilities numbers",
        r"\b(?:try|test|check|look at|plug in|start with|trying|testing) (?:out )?(?:a few|some"
        r"|small|different|various|several|other|specific|simple|all|all the|concrete|the"
        r" (?:small|first few)) (?:small |possible |simple |specific |different |other |concrete"
        r" )?(?:cases|values|examples|combinations|possibilities|numbers|options|integers"
        r"|choices)",
    ),
    cue(
        "guess guessing trial",
        r"\b(?:guess and check|trial and error|educated guess)\b|<do> <now>guess",
    ),
)  # fmt: skip
"""Looks for other ways or tries things out: "Alternatively", "What if", "Let's try x = 2"."""

GAP_ANALYSIS = (
    cue(
        "doesn't does didn't never not don't isn't aren't",
        r"\b(?:(?:but|and|since|because|as) it|the (?:problem|question|statement|text|prompt"
        r"|exercise|information)(?: statement| itself| given)?|this problem) (?:does not|doesn't"
        r"|didn't|did not|never|hasn't) (?:actually |explicitly |really |even )?(?:give|specify"
        r"|say|state|mention|provide|tell|include|indicate|define|clarify|gives|says|states"
        r"|mentions|specifies|tells)\b",
    ),
    cue(
        "know told given have specified stated provided mentioned",
        r"\b(?:we|i) (?:don't|do not|still don't) (?:actually |yet )?(?:know|have) (?:the|how"
        r"|what|which|whether|when|where|if|any|his|her|their|its|enough|who|anything|\$|"
        r"\\|[a-z]\b)|\b(?:we|i)(?:'re| are|'m| am| were|'ve| have)(?: been)?(?: not|n't)"
        r" (?:been )?(?:given|told)|\b(?:isn't|is not|aren't|are not|not|wasn't|was not|never)"
        r" (?:explicitly |directly )?(?:given|specified|stated|provided|mentioned|told)\b(?!"
        r" (?:a|an|any|to) \w+ by)",
    ),
    cue(
        "information data info",
        r"\b(?:not enough|insufficient|not sufficient|more|missing|lack(?:s|ing)?(?: of)?"
        r"|incomplete|without (?:more|additional)|additional|n't enough|relevant|key|known|given"
        r"|necessary|needed|what) (?:\w+ )?(?:information|data|info)\b(?=[^\n]*(?:need|miss|lack"
        r"|insuff|not|without|incomplete|require|:|given|$))(?! (?:desk|booth|plan))",
    ),
    cue(
        "without unless",
        r"\b(?:can't|cannot|can not|impossible to|unable to|not possible"
        r" to)\b[^.\n]{0,60}\b(?:without|unless)\b[^.\n]{0,30}\b(?:know|knowing|being given|the"
        r"|more|additional)\b|<start>without (?:knowing|being (?:given|told)|the (?:\w+"
        r" ){1,3}),?[^.\n]{0,40}\b(?:can't|cannot|impossible|unable)\b",
    ),
    cue(
        "nothing no",
        r"\b(?:nothing|no information|no detail) (?:is|was|about|on"
        r"|regarding)\b[^.\n]{0,20}(?:said|known|given|mentioned|stated|about)",
    ),
    cue(
        "determined missing unknown underdetermined impossible",
        r"\b(?:cannot|can't|can not|could not) be (?:uniquely )?(?:determined|answered|solved"
        r"|found|calculated|computed) (?:without|unless|from|with|because|based|as|uniquely"
        r"|since)|\b(?:information|data|value|condition|quantity|number|fact|detail)s? (?:\w+"
        r" )?(?:is|are|'s) missing\b(?! from the (?:set|list|team|class))|\b(?:is|are)"
        r" missing(?::|$|\.| here| in the (?:problem|question|statement))|\bunder-?determined\b"
        r"|\bwhat(?:'s| is| information is) (?:missing|unknown|not known)|\b(?:unknown|missing)"
        r" (?:is|are|here is)\b|\bthe unknowns? (?:is|are|we)|\bunknown quantit(?:y|ies)",
    ),
    cue(
        "given known unknown unknowns knowns find needed want target know need required asked",
        r"<start>(?:given(?: information| data| values)?|knowns?(?: values| quantities|"
        r" information)?|unknowns?(?: values| quantities)?|to find|needed|required|what (?:we"
        r"|i)(?: already)? know|what (?:we|i) (?:need|want)(?: to (?:know|find))?|what(?:'s| is)"
        r" (?:given|asked|known|unknown|needed)|information (?:given|needed)|we know|we need|we"
        r" want|target|asked)[ *_]*:",
    ),
    cue(
        "what_do what_else to_know without_knowing need_one need_more list_what identify_what"
        " note_what down_what see_what out_what",
        r"<start>(?:so |okay,? |now,? )*what (?:do|else do) (?:we|i) (?:know|need|have|want)\b"
        r"|\b(?:we|i)(?:'d| would)?(?: still| also)? need(?:ed)? to know\b|\bwithout knowing\b"
        r"|\b(?:list|identify|note|write down|see|figure out) what(?:'s| is) (?:given|known"
        r"|asked|missing|unknown)\b|\bwe need (?:one )?more (?:equation|condition|constraint"
        r"|fact|information)",
    ),
    cue(
        "assume assuming assumption",
        r"\b(?:we|i)(?:'ll| will| have to| must| need to|'d have to) (?:have to )?(?:assume"
        r"|guess)\b(?=[^.\n]*\b(?:since|because|as (?:it|the|this)|not|n't|missing)\b)",
    ),
)  # fmt: skip
"""Sets out what is known and what is missing: "The problem doesn't give", "Unknown:"."""
