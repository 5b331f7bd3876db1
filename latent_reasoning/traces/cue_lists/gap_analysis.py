"""Gap analysis: sets out what is known and what is missing.

As in "The problem doesn't give", "Unknown:".
"""

from latent_reasoning.traces.cue_lists.missing import MISSING
from latent_reasoning.traces.cues import cue

CUES = (
    *MISSING,
    cue(
        "give specify say state mention provide tell include indicate define clarify"
        " gives says states mentions specifies tells",
        r"\b(?:(?:but|and|since|because|as) it|the (?:problem|question|statement|text|prompt"
        r"|exercise|information)(?: statement| itself| given)?|this problem) (?:does not|doesn't"
        r"|didn't|did not|never|hasn't) (?:actually |explicitly |really |even )?(?:give|specify"
        r"|say|state|mention|provide|tell|include|indicate|define|clarify|gives|says|states"
        r"|mentions|specifies|tells)\b",
    ),
    cue(
        "know don't_have not_have given told specified stated provided mentioned",
        r"\b(?:we|i) (?:don't|do not|still don't) (?:actually |yet )?(?:know|have) (?:the|how|what"
        r"|which|whether|when|where|if|any|his|her|their|its|enough|who|anything|\$|\\|[a-z]\b)"
        r"|\b(?:we|i)(?:'re| are|'m| am| were|'ve| have)(?: been)?(?: not|n't) (?:been )?(?:given"
        r"|told)|\b(?:isn't|is not|aren't|are not|wasn't|was not|is never|are never|not explicitly"
        r"|not directly) (?:explicitly |directly )?(?:given|specified|stated|provided|mentioned"
        r"|told)\b(?! (?:a|an|any|to) \w+ by)(?! a (?:raise|gift|discount))",
    ),
    cue(
        "information data info",
        r"(?:\b(?:not enough|insufficient|not sufficient|missing|lack(?:s|ing)?(?: of)?"
        r"|incomplete)|n't enough|\bwithout (?:more|additional)) (?:\w+ )?(?:information|data"
        r"|info)\b",
    ),
    cue(
        "without unless",
        r"\b(?:can't|cannot|can not|impossible to|unable to|not possible"
        r" to)\b[^.\n]{0,60}\b(?:without|unless)\b[^.\n]{0,30}\b(?:know|knowing|being given|the"
        r"|more|additional)\b|<start>without (?:knowing|being (?:given|told)|the (?:\w+"
        r" ){1,3}),?[^.\n]{0,40}\b(?:can't|cannot|impossible|unable)\b",
    ),
    cue(
        "nothing no_information no_detail",
        r"\b(?:nothing|no information|no detail) (?:is|was|about|on"
        r"|regarding)\b[^.\n]{0,20}(?:said|known|given|mentioned|stated|about)",
    ),
    cue(
        "determined missing unknown underdetermined impossible",
        r"\b(?:cannot|can't|can not|could not) be (?:uniquely )?(?:determined|answered|solved"
        r"|found|calculated|computed) (?:without|unless|from|with|because|based|as|uniquely|since)"
        r"|\b(?:information|data|value|condition|quantity|number|fact|detail)s? (?:\w+ )?(?:is|are"
        r"|'s) missing\b(?! from the (?:set|list|team|class))|\b(?:is|are) missing(?::|$|\.| here|"
        r" in the (?:problem|question|statement))|\bunder-?determined\b|\bwhat(?:'s| is|"
        r" information is) (?:missing|unknown|not known)|\b(?:unknown|missing) (?:is|are|here"
        r" is)\b|\bthe unknowns? (?:is|are|we)|\bunknown quantit(?:y|ies)",
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
        r"|\b(?:list|identify|note|write down|see|figure out) what(?:'s| is) (?:given|known|asked"
        r"|missing|unknown)\b|\bwe need (?:one )?more (?:equation|condition|constraint|fact"
        r"|information)",
    ),
    cue(
        "assume assuming assumption",
        r"\b(?:we|i)(?:'ll| will| have to| must| need to|'d have to) (?:have to )?(?:assume"
        r"|guess)\b(?=[^.\n]*\b(?:since|because|as (?:it|the|this)|not|n't|missing)\b)",
    ),
    cue(
        "what_we what_i",
        r"\b(?:here is|here's|this is|list|write down) what (?:we|i) (?:know|have|are given|need)",
    ),
    cue(
        "need",
        r"\b(?:i'd|we'd|i would|we would|one would) (?:also |still |first )?need\b(?! to (?!know))"
        r"|\bneed(?:s|ed)? (?:more|additional|further) (?:\w+ )?(?:information|data|facts|details"
        r"|context)",
    ),
    cue(
        "leaves omits lacks fails silent vague ambiguous unclear says incomplete missing"
        " underspecified",
        r"\b(?:problem|question|statement|text)(?: statement| itself)? (?:leaves out|leaves open"
        r"|omits|lacks|fails to|is silent|is vague|is ambiguous|is unclear|says nothing|is"
        r" incomplete|is missing|is underspecified)",
    ),
    cue(
        "lack missing lacking",
        r"\b(?:we|i)(?:'re| are| am)? (?:lack|lacking|missing) (?:the|a|an|any|some|one"
        r"|information)\b",
    ),
    cue(
        "clear unclear",
        r"\b(?:isn't|is not|it's not|not) (?:\w+ )?clear (?:from|how|what|whether|which|if|who"
        r"|when)\b|\b(?:is|are|it's) unclear\b",
    ),
    cue("don't do", r"\bwhat (?:we|i) (?:don't|do not) (?:yet |know)"),
    cue("unknown", r"\b(?:is|are|remains?) (?:still |currently )?unknown\b"),
    cue(
        "no_mention no_information no_indication no_data no_word no_detail",
        r"\bno (?:mention|information|indication|data|word|details?) (?:of|about|on|regarding|is"
        r" given|given|as to)\b",
    ),
    cue("what", r"\bwhat (?:information|data|facts?) (?:do|are|is|does)\b"),
    cue(
        "nowhere",
        r"\bnowhere (?:does|do|is|are|did|was|in the (?:problem|question|text|statement))\b(?!"
        r" else)",
    ),
    cue(
        "no_way not_possible impossible no_telling",
        r"\b(?:there's|there is|we have|i have|i see|with) no way (?:to (?:tell|know|say|decide"
        r"|determine|find|work out|pin)|of (?:knowing|telling|saying))|\bthere(?:'s| is) no"
        r" telling\b",
    ),
    cue(
        "tell say",
        r"\b(?:we|i|one) (?:can't|cannot|can not|couldn't) (?:really |yet |even )?(?:tell|say"
        r"|know) (?:how|which|what|when|where|who|from|whether)\b",
    ),
    cue(
        "all_we all_i only_thing only_fact all_that",
        r"\b(?:all|the only (?:thing|fact|information|data)|everything) (?:that )?(?:we|i)(?:'re|"
        r" are|'ve been| have been)? (?:know|told|given|have)\b(?! to)[^.\n]{0,20}\b(?:is|are)\b",
    ),
    cue(
        "unknowns equation equations conditions facts",
        r"\b(?:unknowns|variables)\b[^.\n]{0,30}\b(?:only|just|but) (?:\w+ )?(?:one|a single"
        r"|two)(?: \w+)? (?:equations?|conditions?|relations?)|\bmore unknowns than\b|\b(?:not"
        r" enough|too few|fewer) (?:equations|conditions|facts|constraints|relations)\b",
    ),
    cue(
        "given know have told",
        r"\b(?:we|i)(?:'re| are|'ve been)? (?:given|know|told|have) [^.\n]{2,70}\bbut (?:not\b"
        r"|what is asked|what we (?:need|want)|we (?:need|want|don't|are asked|lack)|the question"
        r" asks|it asks|nothing|no\b)",
    ),
    cue(
        "missing",
        r"\bthe (?:only )?missing (?:piece|link|ingredient|value|number|information|quantity|part"
        r"|fact|data)s? (?:is|are|here|would be)\b",
    ),
    cue(
        "help helpful",
        r"\bit would (?:help|be (?:helpful|useful|good|nice)) to (?:know|have|be (?:told|given))\b"
        r"|\bif (?:only )?we (?:knew|were told|were given|had been told)\b",
    ),
    cue(
        "unspecified unstated undefined undetermined ungiven",
        r"\b(?:is|are|was|were|left|remains?) (?:left |still )?(?:unspecified|unstated|not"
        r" specified|undetermined)\b",
    ),
    cue(
        "hinges depends",
        r"\b(?:hinges|depends) on\b[^.\n]{1,60}\b(?:which|but|and) (?:we|i|is|it|that)(?:'s| is|"
        r" are)? ?(?:not|n't|don't|do not|haven't|unknown|never|do(?:es)? not)",
    ),
    cue(
        "have want wanted data facts asked goal missing unknown",
        r"<start>(?:what (?:we|i) have|have|data|facts|known facts|want(?:ed)?|asked(?: for)?"
        r"|missing|still missing|still unknown)[*_ ]*:(?=[^\n]*\S|[*_ ]*$)",
    ),
    cue(
        "idea",
        r"\b(?:we|i) have no (?:idea|information|data|clue|knowledge|details?|value|figure|number)"
        r" (?:\w+ )?(?:how|what|which|about|of|on|for|when|where|who|whether)\b",
    ),
    cue(
        "enough",
        r"\b(?:that|this|it)(?:'s| is|'s| alone is| alone isn't| isn't)(?: \w+)? (?:not )?enough"
        r" to (?:determine|find|solve|decide|tell|answer|pin|conclude)\b(?<!is enough)|\benough to"
        r" go on\b|\b(?:we|i)(?:'d| would| will|'ll)? need (?:one|another|a second|a third)(?:"
        r" more)? (?:equation|condition|fact|piece|data point|relation)\b",
    ),
    cue(
        "proved proven shown justified verified established addressed settled checked used ruled"
        " handled demonstrated",
        r"\b(?:i|we)(?:'ve| have)?(?: not|n't| never)(?: yet| actually| really)? (?:proved|proven"
        r"|shown|justified|verified|established|addressed|settled|ruled out|demonstrated)\b"
        r"|\b(?:hasn't|haven't|has not|have not|was never|were never|isn't|is not)(?: yet| been|"
        r" actually| really)* (?:proved|proven|justified|addressed|settled|demonstrated"
        r"|verified)\b",
    ),
    cue(
        "know",
        r"\b(?:i|we) (?:don't|do not) (?:actually |yet |really )?know (?:that|yet|for)\b|\bhow"
        r" (?:do|can|would|could) (?:i|we) (?:actually |really )?know (?:that|if|whether)\b",
    ),
    cue(
        "justification reason argument proof",
        r"\b(?:i|we) (?:don't|do not|can't|cannot) (?:yet |really )?(?:see|have|find) (?:any|a|an"
        r"|the) (?:\w+ )?(?:justification|argument|proof|justified reason|bound|formula|reason"
        r" why)\b|\b(?:needs?|lacks?|missing|without) (?:a|any|some|the) (?:\w+ )?(?:justification"
        r"|argument|proof)\b(?! of purchase)",
    ),
    cue(
        "lack missing lacking want need settled don't not",
        r"\bwhat(?:'s| (?:i|we)(?:'d|'m|'re|'ve| am| are| have| would)?)(?: still| really)?"
        r" (?:lack(?:ing)?|missing|want to know|need to know|not (?:settled|shown|proved|proven"
        r"|established|covered|given))\b|\b(?:thing|piece|part|fact|number|quantity|ingredient"
        r"|value|one) (?:that )?(?:i'm|i am|we're|we are) (?:still )?(?:missing|lacking)\b"
        r"|\b(?:thing|piece|part|fact|quantity|ingredient|value|one) (?:that |which )?(?:i|we)"
        r" (?:still )?(?:don't|do not) (?:yet )?have\b",
    ),
    cue(
        "info information clue details data hint",
        r"\b(?:there's|there is|there are|we have|i have|we're given|with) no (?:\w+ )?(?:info"
        r"|clue|hint|further (?:data|details))\b",
    ),
    cue(
        "nothing",
        r"\bnothing (?:(?:here|there|else) |in (?:the|this) (?:\w+ )?(?:problem|question|statement"
        r"|text|prompt|setup) )?(?:that )?(?:gives|says|tells|decides|fixes|determines|pins"
        r"|specifies|rules out|forces|settles)\b",
    ),
    cue(
        "handle bound way formula argument relation equation expression lemma condition",
        r"\b(?:i|we) (?:still|also) need (?:a|an|some|one more|another) (?:\w+ )?(?:handle|bound"
        r"|way to|formula|argument|relation|equation|expression|lemma|condition|justification)\b",
    ),
    cue(
        "none",
        r"\b(?:is|are|'d be) (?:needed|required|missing)[^.\n]{0,40}\b(?:have|there(?:'s| is|"
        r" are)) none\b|\bbut (?:we have|there is|there are|i have) none\b",
    ),
    cue(
        "give imply show prove establish determine guarantee",
        r"\b(?:doesn't|does not|don't|do not) (?:yet |by itself |alone )(?:give|imply|show|prove"
        r"|establish|determine|guarantee|tell|suffice)\b",
    ),
    cue(
        "open missing unproved unproven unjustified unresolved unsettled",
        r"\b(?:case|direction|question|part|converse|claim|step|half|implication|bound|uniqueness"
        r"|existence|inequality)\b[^.,\n]{0,30} (?:is|are|remains?) (?:still )?(?:open\b(?! (?:on"
        r"|until|from|at))|unproved|unproven|unjustified|unresolved|unsettled)",
    ),
    cue(
        "rests hinges relies",
        r"\b(?:rests|hinges|relies) (?:entirely |only )?on the (?:\w+ )?(?:claim|assumption)\b",
    ),
    cue(
        "formula way argument idea value",
        r"\bwhere (?:i|we) have no (?:formula|way|argument|idea|value|information|bound)\b|\b(?:i"
        r"|we) have no (?:formula|argument|proof|bound|way) (?:for|of|to)\b",
    ),
    cue(
        "gap gaps",
        r"\b(?:gap|gaps|hole) in (?:my|our|the|this) (?:\w+ )?(?:argument|proof|reasoning"
        r"|information|data|knowledge|derivation)\b|\b(?:there's|there is|one|the|a) (?:\w+ )?gap"
        r" (?:here|remains|is that)\b",
    ),
    cue(
        "known",
        r"\bwhat(?:'s| is) (?:already )?known(?: so far)?\b(?=[:.,]| and\b| is\b)",
    ),
    cue(
        "needs",
        r"\bneeds [^.\n]{1,30}, (?:and|but|which) (?:we|i|nothing|that|it|is|the"
        r" problem)\b[^.\n]{0,40}(?:n't\b|\bnot\b|\bno\b|nothing|never|unknown)",
    ),
    cue(
        "",
        r"\b(?:is|are|was|were|it's|that's|they're|has|have)(?: not|n't| never| nowhere| left)(?:"
        r" been| yet)?(?: \w+)? (?:given|specified|stated|provided|mentioned|told|said|known"
        r"|explained|defined|covered|addressed|accounted for|supplied|indicated|disclosed"
        r"|determined by|fixed by|spelled out|pinned down|settled)\b(?! (?:a|an|any|to) \w+ by)(?!"
        r" (?:a|an|any|the|his|her|some) (?:raise|gift|present|ticket|chance|discount|job|book"
        r"|money))|\b(?:figure|diagram|picture|graph|table|drawing|attachment|image|sketch"
        r"|definition|units?|domain|range|condition|height|length|width|speed|price|rate|year|date"
        r"|number|value)s?(?: of [^.\n]{1,30})? (?:is|are|was|has been|were) (?:missing|absent"
        r"|left out|omitted|undefined|unspecified|nowhere)\b(?! (?:in the (?:list|range|set))\b)",
    ),
    cue(
        "",
        r"<start>(?:so |but |okay,? |now,? )*(?:do|are) (?:we|i) (?:really |actually |even"
        r" )?(?:know|have|told|given)\b[^.!\n]{0,80}\?|<start>(?:is|isn't) there (?:any |enough "
        r"|anything |some )[^.!\n]{0,40}(?:information|data|said|given|to go on|constraint"
        r"|condition)[^.!\n]{0,40}\?|\b(?:i|we) (?:can't|cannot|couldn't) (?:really |yet )?(?:see"
        r"|tell|know|say|make out|read off|work out) (?:which|what|whether|how|where|if|the)\b"
        r"|\b(?:i|we) (?:still )?(?:don't|do not|didn't) (?:yet |actually |really )?(?:have|know)"
        r" (?:that|this|it|one|any|enough|a|an|the|yet|[a-z]{1,2}\b|anything|much)\b(?! (?:to"
        r"|choice|problem))",
    ),
    cue(
        "",
        r"\b(?:i|we) (?:still )?have no (?:\w+ )?(?:bound|formula|value|information|idea|data|way"
        r"|clue|relation|equation|information|control|handle|guarantee|justification|argument"
        r"|proof|figure|number|condition|hint|length|height)\b|\b(?:i|we)(?:'ve| have) (?:yet"
        r"|still) to (?:show|prove|justify|find|explain|establish|determine|see|deal|account"
        r"|handle|rule|verify|supply|use)\b|\b(?:i|we)(?: have|'ve)?(?: not|n't) (?:\w+"
        r" )?(?:supplied|given|shown|proved|proven|justified|established|explained|argued"
        r"|addressed|excluded|ruled out|dealt with|accounted for|covered|handled|considered)\b"
        r"|\b(?:has|have|with|is|leaves|leaving|contains) (?:a|one|some|the|still a|an) (?:\w+"
        r" )?(?:hole|gap|loose end|blind spot)\b(?! (?:of|between (?:the )?(?:two )?(?:buildings"
        r"|tiles|boards|plants|posts)))",
    ),
    cue(
        "",
        r"\b(?:i|we) still (?:need|lack|miss|want|require)\b(?! (?:\$?\d|to (?!know|show|prove"
        r"|justify)))|\bmissing (?:piece|bit|part|link|detail|ingredient|information|info|data"
        r"|fact|condition|value|input|step|assumption)\b(?= (?:of (?:information|data|the"
        r" (?:argument|proof))|is|here|are|would|that|:|from (?:the )?(?:problem|statement))"
        r"|[:.,;])(?! (?:of (?:furniture|cake|pie)))|<start>(?:so |okay,? |now,? |and |but )*what"
        r" (?:we|i)(?:'re|'m| are| am|'d| would)? (?:still |really |now |actually |already |also"
        r" )*(?:need(?:ed)?|lack(?:ing)?|miss(?:ing)?|don't|do not|haven't)\b(?! to (?!know|show"
        r"|prove))(?! (?:is|are) \$?\d)|\bwhat(?:'s| is| remains)(?: still)? (?:missing|unclear"
        r"|unknown|lacking|not (?:known|given|clear|stated))\b|<start>(?:so |okay,? )*what"
        r" (?:we're|we are|i'm|i am|we've been|we have been) (?:given|told)\b",
    ),
    cue(
        "",
        r"\b(?:ambiguous|ambiguity|unclear|underspecified|under-specified|ill-posed|ill-defined"
        r"|vague|unstated|unspecified|undisclosed)\b(?! (?:photo|picture|image))|\b(?:can|could"
        r"|may|might) be (?:read|interpreted|understood|taken|parsed) (?:in (?:two|several"
        r"|different|more|at least)|as|either|both|two|to mean)|\b(?:two|several|different"
        r"|multiple|both|other|another) (?:possible |plausible |different )?(?:readings?"
        r"|interpretations?)\b|\b(?:does|could|might|would) (?:it|this|that|\"[^\"\n]{1,40}\"|the"
        r" (?:problem|question|statement)) (?:also )?(?:mean|include|refer to"
        r"|count)\b[^.\n]{0,60}(?:\?|, or\b)|\bopen to interpretation\b|\bnot (?:entirely |quite "
        r"|really |totally |fully |at all )?clear\b(?! (?:sky|skies|the table))",
    ),
    cue(
        "",
        r"\b(?:problem|question|statement|text|exercise|prompt|author|puzzle)(?: statement|"
        r" itself)? (?:only|just|simply) (?:gives|tells|says|states|mentions|provides|specifies)\b"
        r"|\b(?:problem|question|statement|text|exercise|prompt|puzzle)(?: statement| itself)?"
        r" (?:is missing|forgets|neglects|skips|says nothing|is (?:not|n't) (?:clear|explicit"
        r"|specific)|isn't (?:clear|explicit|specific)|keeps quiet|gives (?:us )?no|provides no"
        r"|offers no|contains no|has no|leaves|leaves it open|makes no mention|doesn't|does not"
        r"|didn't|never)\b(?! (?:ask|require|need|matter|depend|change|involve|affect|seem (?:hard"
        r"|difficult)))",
    ),
    cue(
        "",
        r"\b(?:we|i)(?:'re| are|'ve been| have been)? (?:know|given|told) [^.\n]{2,90}(?:[;,]| and"
        r"| but| though| however)+ (?:we|i|it|the|nothing|not|no|neither) ?(?:'ll |'d |also |still"
        r" |must )?(?:need|want|seek|are (?:asked|looking)|must find|don't|lack|do not|doesn't say"
        r"|isn't given|remains unknown|is unknown|are unknown|is missing|know nothing|aren't told"
        r"|are not told|the \w+|what|how|is asked)\b(?<!(?:[;,]) the )(?= )|\b(?:but|yet|though"
        r"|although|except) (?:we|i) (?:don't|do not|still don't|have no|lack|aren't|are not|can't"
        r"|cannot) (?!know if (?:it|that|this) is)(?:know|have|given|told|see|tell|\w+ (?:value"
        r"|information|way|idea))",
    ),
    cue(
        "",
        r"<start>(?:givens?|the givens|known|knowns|unknowns?|missing|not given|not known|given"
        r" facts|facts given|we have|we're given|what's given|find|asked to find|to be found|to"
        r" determine|unclear|open questions?|gaps?|what we lack|what's unclear|needs?)(?: \w+)?["
        r" *_]*:(?=[^\n]*\S)(?<!find:)(?! \\?\[?\d+ ?[-+*/=])|\b(?:can't|cannot|can not|couldn't"
        r"|impossible to|isn't possible to|no way to) (?:\w+ )?(?:pin (?:\w+ )?down|be pinned down"
        r"|pinned down|fix|settle|decide)\b|\bnot enough to (?:pin|determine|find|fix|decide"
        r"|settle|conclude|tell|solve)|\b(?:too little|not enough|no further|no other|no"
        r" additional|insufficient) (?:information|info|data|details?|conditions?|constraints?"
        r"|equations?|to go on)\b|\bnothing (?:\w+ )?(?:is|was|has been) (?:said|stated|known"
        r"|given|mentioned|told)\b|\bno one (?:says|tells|told)\b",
    ),
    cue(
        "",
        r"\b(?:i'll|i will|we'll|we will|i|we|let me|let's|have to|must|need to)(?: just| simply|"
        r" therefore| have to)? (?:assume|suppose|take it|presume|interpret"
        r"|read)[^.\n]{3,90}\b(?:since|because|as|though|although|but) (?:nothing|no|the"
        r" (?:problem|question|statement|text)|it|this|that|we|there) ?(?:isn't|is not|doesn't"
        r"|does not|wasn't|never|is|are|aren't|were)? ?(?:said|given|stated|specified|mentioned"
        r"|otherwise|say|specify|state|mention|told|unclear|unspecified|known)\b|\bthe (?:problem"
        r"|question|statement) (?:presumably|probably) (?:means|intends|wants|assumes)\b|\bi(?:'d|"
        r" would) (?:also )?(?:have to|need to) know\b|\b(?:depends|hinges|rests) (?:\w+ )?(?:on"
        r"|upon) (?:whether|which|how|what)\b[^.\n]{1,60}(?:n't|not|unknown|unclear|never|nowhere)",
    ),
    cue(
        "",
        r"\b(?:that|this|the) (?:step|claim|part|inequality|assumption|bound|case|direction"
        r"|argument)(?: \w+)? (?:still )?(?:needs|requires|lacks|wants|is missing|deserves|calls"
        r" for) (?:a|an|some|more|any|further|its|justification|proof)\b|\b(?:without|lacking)"
        r" (?:a |an |the |any |more |this |that |some )?(?:\w+ )?(?:value|information|height"
        r"|length|rate|angle|data|condition|diagram|figure|picture|details?|equation|justification"
        r"|knowledge|bound|price|speed)\b[^.\n]{0,60}(?:can't|cannot|impossible|unable|stuck"
        r"|incomplete|unjustified|no way)|\b(?:can't|cannot|couldn't|unable to|impossible to)"
        r" [^.\n]{2,60}without (?:a |an |the |any |more |knowing|its|their|his|her|some|further"
        r"|another)",
    ),
)
