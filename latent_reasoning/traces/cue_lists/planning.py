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
        r"|use|plug|add|subtract|multiply|divide|check|combine|compare|apply|intersect|sum|take|read"
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
)
