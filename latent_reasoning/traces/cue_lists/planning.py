"""Planning: says what will be done before doing it.

As in "To find the area, we need to", "First, I'll".
"""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "plan strategy approach outline roadmap steps goal idea task aim step here's_how is_how",
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
        r"|isolat|factor|answer|evaluat|round|express|report|print|return|intersect|read|collect"
        r"|turn|decide|list|deduce|integrat|differentiat|minimi|maximi)",
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
    cue(
        "first firstly",
        r"<start>(?:so,? |okay,? )?first(?:ly)?(?: of all)?,? (?:we|i)(?: need| want| must|"
        r" should| will|'ll| have to)\b",
    ),
    cue(
        "step steps step-by-step systematically",
        r"<do> <now>(?:work|go|walk|take|solve|do|approach|handle|tackle)\b[^.\n]{0,40}\b(?:one"
        r" step at a time|step[- ]by[- ]step|systematically)",
    ),
    cue(
        "to",
        r"<start>(?:so,? |now,? )?(?:in order )?to [a-z]+ [^.!?\n,]{2,160}, (?:we|i|let's)(?:'ll"
        r"| will| need| must| should| have to| can| could| first)\b",
    ),
    cue(
        "will we'll i'll",
        r"<start>(?:now,? |so,? |here,? |next,? )?(?:we|i)(?:'ll| will) (?:now |also |first"
        r" )?(?:use|apply|need|prove|show|solve|find|compute|count|work|consider|do this|proceed"
        r"|start|calculate|determine|look)\b",
    ),
    cue(
        "split divided broken done solved approached",
        r"\b(?:problem|question|task|proof|solution|calculation|this) (?:can|will|must|should)"
        r" be (?:split|divided|broken|done|solved|approached) (?:up |down )?(?:in|into|by|as"
        r"|with|using|through)\b",
    ),
    cue("plan intend aim", r"\b(?:i|we) (?:plan|intend|aim) to\b"),
    cue(
        "plan",
        r"<do> ?<now>plan\b(?=[:.,!]| (?:this|it|the|how|out|what|a)\b)|\b(?:the|my|our"
        r"|a) (?:\w+ )?plan"
        r" (?:would be|could be|might be|is|was)(?::|,| to\b| as follows| simple)"
        r"|<start>(?:\w+ ){0,2}(?:plan|game plan)(?: of attack)?[*_ ]*(?:[:.]|$)",
    ),
    cue(
        "strategy roadmap outline",
        r"<start>(?:strategy|roadmap|road map|outline)(?: of (?:the )?(?:proof|solution))?[*_ ]*"
        r"(?:[:.]|$)",
    ),
    cue(
        "then",
        r"<start>(?:find|compute|determine|solve|count|evaluate|express|get the|work out|figure out"
        r"|calculate|identify|establish|prove|factor|split|reduce|convert|simplify) [^.\n]{3,100}?"
        r"\bthen (?:find|compute|determine|solve|count|evaluate|express|get|work|figure|calculate"
        r"|use|plug|add|subtract|multiply|divide|check|combine|compare|apply|intersect|sum|take"
        r"|read"
        r"|report)\b",
    ),
    cue(
        "first",
        r"<start>(?:so,? |okay,? |alright,? |now,? )?first,? (?:let me|let us|lemme|i'd|i'm going"
        r" to"
        r"|the plan|thing)\b",
    ),
    cue(
        "next",
        r"\b(?:the|my|our) next (?:thing|step|task|goal|job|order of business|stage)(?: to do"
        r"| here"
        r"| now)? (?:is|will be|would be|should be)\b|\bthe first thing (?:to do|i (?:need|want"
        r"|have|should)"
        r"|we (?:need|want|have|should))\b|<start>first thing,? (?:i|we)\b",
    ),
    cue(
        "loop program script function code table list equation",
        r"<start>(?:so,? |okay,? |now,? |here,? )*(?:i'll|we'll|i will|we will|let me|let's|i'm"
        r" going"
        r" to|i can) (?:now |just |first )?(?:write|build|set up|make|draw up|code up|code)"
        r" (?:a|an|up a|the|some|out a) (?:\w+ ){0,2}(?:loop|program|script|function|code|table"
        r"|list"
        r"|equations?|system|snippet)\b",
    ),
    cue(
        "will we'll i'll",
        r"\b(?:we|i)(?:'ll| will) (?:do the following|\(?(?:1|i|a)\)|(?:\w+ )?(?:in|proceed"
        r" in) (?:two"
        r"|three|four|several) (?:stages|steps|parts)|(?:begin|start) (?:by|with))",
    ),
    cue(
        "begin start",
        r"\b(?:we|i) (?:begin|start) (?:with|by) [^.\n]{3,80}\bthen (?:we |i )?(?:turn|move|go on"
        r"|use|prove"
        r"|show|handle|consider|treat|deal|pass|extend)\b",
    ),
    cue(
        "first",
        r"\b(?:i'll|we'll|i will|we will|let me|let's) (?:do|handle|treat|take|try|tackle|start"
        r" with"
        r"|go with)\b[^.\n]{1,40} first\b",
    ),
    cue("go", r"\b(?:i'll|we'll|i will|we will) go with [^.\n]{2,50}: (?:first|start|count|use)\b"),
    cue(
        "route order agenda",
        r"<start>(?:my |the |our )?(?:agenda|order of attack|to-?do list|sketch of (?:the"
        r"|a) (?:proof"
        r"|solution))[*_ ]*:",
    ),
    cue(
        "",
        r"\b(?:so |now |here |next |then |and |first |, |: |; |\. )?(?:i|we)(?:'ll| will| shall|'m"
        r" going to|'re going to| am going to| are going to|'m about to|'d like to| would like to)"
        r" (?:now |also |first |next |then |just |simply |instead |therefore |try to |have to |need"
        r" to |want to |start by |begin by |again )*"
        r"(?:<solve>|test|go (?:through|case|with|one|step|over)|list|enumerate|handle|attempt"
        r"|turn to|follow|look (?:up|at|for)|draw|write|derive|tackle|approach|treat|analy[sz]e"
        r"|examine|deal|focus|choose|build|begin|start|proceed|sort|loop|code|simulate|generate"
        r"|attack|do (?:this|it|the|that|both|each)|move on|argue|introduce|place|label|take"
        r" (?:the|each|cases)|bring|rely|work|run|consider|compare|check (?:each|every|all|the"
        r"|both|which)|estimate|plot|solve|use|avoid|keep)\b|\b(?:i'll|we'll) (?:also |then |still"
        r" )?need (?!\$?\d)",
    ),
    cue(
        "",
        r"<start>(?:so,? |okay,? |ok,? |now,? |well,? |alright,? |maybe |thought: |thus |then"
        r" )*(?:i|we) (?:should|'d better|ought to|want to|'d want to|would want to|plan to|propose"
        r" to|hope to|aim to|mean to|intend to|must) (?:now |also |first |then |next |probably "
        r"|start by |begin by |just |be able to |try to )*(?:<solve>|look (?:up|at|for)|start|begin"
        r"|list|draw|write|test|go (?:through|case)|handle|show|prove|get|build|work|consider)\b(?!"
        r" (?:have|be|been))"
        r"|\b(?:it's|it is|it'd be|it would be|it will be|it'll be|it makes|it might be|it helps"
        r"|makes) (?:best|sense|good|easier|easiest|wise|simplest|helpful|useful|worth|natural|a"
        r" good idea)? ?to (?:first|start|begin|break|split|organi[sz]e|set up|plan)\b",
    ),
    cue(
        "",
        r"<start>(?:<solve>|list|draw|write|test|sort|plug|place|label|take|pick|show|prove|start"
        r"|read|look|get|build|check|compare|integrate|square|assign|introduce)"
        r" [^.,;:=\n]{2,70}[,;] (?:and |then |and then |finally |next )*(?:<solve>|list|draw|write"
        r"|test|sort|plug|place|label|take|pick|show|prove|read|look|get|build|check|compare"
        r"|integrate|square|assign|introduce) [^.,;=\n]{2,70}[,;]? (?:and |then |and then |finally"
        r" |next |and finally |lastly )+(?:<solve>|list|draw|write|test|sort|plug|place|label|take"
        r"|pick|show|prove|read|look|get|build|check|compare|integrate|square|assign|report"
        r"|conclude|round|add|combine|divide|answer)\b",
    ),
    cue(
        "",
        r"<start>step (?:1|one|i)[:.)\u2014-]+ ?[^\n]{3,120}\bstep (?:2|two|ii)[:.)\u2014-]"
        r"|\b1[.)] (?:we (?:will )?|i'll )?(?:<solve>|list|write|test|show|prove|get|check|set"
        r"|draw)\b[^\n]{3,100}\b2[.)] (?:we (?:will )?|i'll )?(?:<solve>|list|write|test|show|prove"
        r"|get|check|set|draw)\b"
        r"|\b(?:this|it|problem|through|proceed|work|going|go) step[- ]by[- ]step\b(?! (?:solution"
        r"|guide|instructions))"
        r"|<do> <now>think (?:about this |this |it )?(?:through )?step[- ]by[- ]step",
    ),
    cue(
        "",
        r"\b(?:we|i|one|you) (?:can|could|will|may|should|might) (?:break|split|divide|decompose"
        r"|separate|partition|organi[sz]e|structure|cut) (?:the (?!pizza|cake|money|bill|chocolate"
        r"|cookies|candy|profit)|this|it|up|our|things|everything)"
        r"|\b(?:two|three|four|several|a few|the following|these|a couple of) (?:main |separate "
        r"|basic |key |simple )?(?:things|tasks|steps|stages|parts|pieces|quantities|ingredients"
        r"|phases|subproblems)(?: to (?:do|find|compute|show|prove|handle|work out|determine"
        r"|consider))?(?: here| now)?[:;]"
        r"|\b(?:need|have|want|going) to (?:do|find|show|prove|compute|determine|establish|handle"
        r"|work out) (?:two|three|four|several|a few|a couple of|the following)\b"
        r"|\bin (?:two|three|four|several|the following) (?:\w+ )?(?:steps|stages|parts|phases"
        r"|passes|moves)\b(?=[.,:;!])(?! (?:the|he|she|they|it) )",
    ),
    cue(
        "",
        r"\b(?:what|all|the thing|one thing) (?:i|we)(?:'ll| will|'d| would|'m going to|'re going"
        r" to| plan to| intend to| want to| have to| need to| propose to) do(?: here| now| next|"
        r" first)? (?:is|:)"
        r"|<start>what (?:i|we) (?:want|plan|intend|propose|need|have) to do(?: \w+)? is\b"
        r"|\b(?:here's|here is) (?:what(?= i\b| we\b)(?! (?:i|we)(?:'re| are)? (?:know|have|given"
        r"|lack|don't))|how|the (?:plan|idea|outline|order|approach|route"
        r"|roadmap))\b|\b(?:my|our|a good|the natural|the obvious|the logical|a sensible|a natural"
        r"|the) (?:first|next|opening|immediate) (?:move|step|job|goal|task|priority|target|order"
        r" of business|aim|objective|stop)(?: here| now)? (?:is|will be|would be|should be|must"
        r" be)\b(?! (?:\d|done|complete|finished|wrong))"
        r"|\b(?:the|my|our|one|a) (?:\w+ )?(?:approach|method|strategy|idea|plan|intention|route"
        r"|way forward|aim|goal|objective|trick|roadmap) (?:here |now |then |for this |i'll take |i"
        r" have in mind |we'll use |for [^.\n]{1,30} )?(?:is|will be|would be|should be) (?:to|as"
        r" follows|this|simple|the following|straightforward)\b"
        r"|<start>(?:the )?(?:approach|method|outline|roadmap|agenda|steps|plan of action|game"
        r" plan|order of work|to-do|todo|strategy|procedure|sketch)(?: for [^:\n]{1,30})?[*_"
        r" ]*:(?=[^\n]*[a-z])",
    ),
    cue(
        "",
        r"\b(?:i|we|let's|let me|let us|i'll|we'll|i will|we will|can|could|should|i'd|to|would)(?:"
        r" now| first| then| just| also)? (?:start|begin|kick off|open|get started|lead) (?:off "
        r"|out )?(?:by|with) (?!\$?\d)"
        r"(?=\w)(?! (?:the letter|a vowel|a consonant))|<start>(?:so |okay,? |now |well,?"
        r" )*(?:start|begin|starting|beginning) (?:off |out )?(?:by|with) (?:\w+ing|the|a)\b"
        r"|<start>(?:then|finally|lastly|last|after that|afterwards?|afterward|from there|later|in"
        r" the end|thirdly|secondly|second|third|once [^,\n]{3,70}|when [^,\n]{3,60} (?:known|done"
        r"|found)|with (?:that|those|these|both)[^,\n]{0,40}),? (?:i|we)(?:'ll| will|'d| would|"
        r" shall|'m going to| should| need to| must| have to)\b"
        r"|<start>once (?:i|we)(?:'ve| have| know| get| find)[^,\n]{2,60}, (?:i|we|it|the)\b",
    ),
    cue(
        "",
        r"\b(?:i'll|we'll|i will|we will|let me|let's|i'd|i should|we should|i'm going to|i want to"
        r"|i need to|we need to) (?:<solve>|do|handle|treat|take|try|tackle|start with|go with"
        r"|attempt|deal with|look at|settle|get|show|prove|work out|check|clear)\b[^.\n]{1,60}"
        r" first\b"
        r"|\b(?:i'll|we'll|i will|we will|i should|we should|i'd|i would|i could|i want to|i must"
        r"|we must|let me|i need to)\b[^.\n]{5,140}?,? (?:and )?(?:then|after that|and finally"
        r"|afterwards|next) (?:i'll |we'll |we |i |we can |we will |i will |to )?(?:<solve>|round"
        r"|compare|check|turn|look|read|move|take|get|show|report|test|answer|pick|list)"
        r"|\b(?:leave|save|keep|postpone|defer) [^.\n]{2,40} (?:for|until|till) (?:later|last|the"
        r" end|afterwards)\b|\b(?:come|get|return|turn) (?:back )?to (?:this|that|it|the \w+(?:"
        r" \w+)?) (?:later|afterwards|at the end|in a moment)\b",
    ),
    cue(
        "",
        r"<start>(?:in order )?to (?:<solve>|get|answer|show|prove|tackle|do) [^.!?\n]{3,140},"
        r" (?:first |simply |just |start by |begin by |you )?(?:<solve>|start|begin|use|take|add"
        r"|subtract|list|write|draw)\b"
        r"|\b(?:let me|let's|let us|i'll|we'll|i want to|i need to|i should) (?:\w+ )?(?:plan"
        r"|outline|map out|lay out|sketch|organi[sz]e|structure|set out|think about how|figure out"
        r" how|decide how|decide what|think through|work out a plan|devise|decide on|come up with a"
        r" plan)\b"
        r"|\b(?:plan of attack|order of attack|line of attack|game plan|order of business|course of"
        r" action|action plan)\b"
        r"|\b(?:needs?|takes?|requires?|involves?|breaks? (?:down )?into|splits? into|falls? into"
        r"|comes? down to|reduces? to) (?:two|three|four|several|the following) (?:\w+ )?(?:steps"
        r"|parts|stages|pieces|things|tasks|cases|subproblems|phases)\b",
    ),
)
