"""Monitoring: keeps track of its own progress.

As in "So far we have", "It remains to", "Now that we know".
"""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "far",
        r"<start>(?:okay,? )?so far(?:,|:|(?= (?:we|i|so|the|it|there|our|my|everything|\$|\\)))"
        r"|\b(?:we|i)(?:'ve| have)?\b[^.\n]{0,60} so far\b|\bso far so good",
    ),
    cue("now", r"<start>up to now,? (?:we|i)\b"),
    cue("at_this", r"\bat this (?:point|stage),? (?:we|i|our|there|all)\b"),
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
        r"|remains)\b(?:,? (?:now |here )?(?:is (?:to|the|[a-z\$]\b)|to)(?!\w)|:)|\bit (?:only"
        r" )?remains to\b|\bthe (?:only )?remaining (?:step|case|task|part|thing|question"
        r"|piece)s? (?:is|are)\b",
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
    cue("now", r"<start>(?:okay,? |so,? |and )?now that (?!he\b|she\b|they\b)"),
    cue(
        "leaves settles resolves concludes",
        r"<start>(?:okay,? |so,? |and )?(?:that|this) (?:only )?(?:leaves (?:only|us|just|the"
        r" (?:case|question))|settles|resolves|concludes (?:the|our|this|case))\b",
    ),
    cue("half-way halfway", r"\b<am> (?:now |about |already )?half-?way\b"),
    cue(
        "getting becoming",
        r"\b(?:this|the) \w+ is (?:getting|becoming) (?:\w+ )?(?:messy|complicated|tedious|ugly"
        r"|long|lengthy|out of hand)",
    ),
    cue(
        "remain",
        r"\bonly (?:\w+ ){1,2}(?:terms?|steps?|cases?|unknowns?|parts?|possibilit(?:y|ies))"
        r" remains?\b",
    ),
    cue("far", r"\b(?:thus|this) far,? (?:we|i|it|the)\b|<start>thus far\b"),
    cue(
        "now point",
        r"\b(?:by|until|as of) now,? (?:we|i|it|all|both|the)\b|\bby this point\b|\bup to this"
        r" point\b",
    ),
    cue(
        "way halfway",
        r"\b(?:we're|we are|i'm|i am) (?:about |roughly |now |already )?(?:half|one third|two"
        r" thirds|a third|most|part) of the way\b|\bhalf of the (?:work|problem|job) is done\b",
    ),
    cue(
        "moving on_to back_to",
        r"<start>(?:okay,? |so,? |now,? )*(?:moving on|on to (?:the (?:next|second|third|last"
        r"|final|other)|part|step|case|question|\()|back to (?:the (?:(?:original|actual)"
        r" (?:problem|question|task|goal)|(?:main|real|big) )|our main|the question))",
    ),
    cue(
        "progress status checklist todo to_do state remaining",
        r"<start>(?:progress|status|checklist|to-?do|still to do|to do|current state|remaining"
        r"(?: steps?| cases?| work| tasks?)?|where we are)(?: so far| check| report)?[ *_]*:",
    ),
    cue(
        "used both all every everything",
        r"\b<have> (?:now |already )?(?:used|dealt with|gone through|been through|covered|ticked"
        r" off|exhausted) (?:up )?(?:both|all|every|each|everything)\b",
    ),
    cue(
        "lost losing track count",
        r"\b(?:i|we)(?:'ve| have|'m| am|'re| are)?(?: just)? (?:lost|losing|lose) (?:track"
        r"|count)\b",
    ),
    cue(
        "down",
        r"\b<am> (?:now )?(?:down to|left with (?:just|only|two|three|the case))\b|\b(?:one|two"
        r"|three|four) (?:cases?|steps?|parts?|equations?) down\b",
    ),
    cue(
        "half part first easy hard step",
        r"<start>(?:okay,? |so,? |good,? )*(?:that|this) was (?:the (?:\w+ ){0,2}(?:half|part"
        r"|step|case|bit)|(?:step|part|case) \w{1,3})\b",
    ),
    cue(
        "left remains remain step case thing piece",
        r"\b(?:only|one|two|last|final) (?:more )?(?:steps?|cases?|things?|pieces?|bits?"
        r"|questions?)"
        r" (?:that )?(?:is |are )?(?:left|remains?)\b(?! (?:of|in) (?:the )?(?:cake|pizza|pie))",
    ),
    cue("yet", r"\b(?:i|we)(?:'ve| have) yet to (?:use|find|show|check|consider|deal|look)"),
    cue(
        "stand stands",
        r"\bwhere (?:things|we|i|the \w+) (?:now )?stands?\b",
    ),
    cue("hand", r"<start>with (?:the |this |that |these |both |all )?[^.\n,]{1,40} in hand\b"),
    cue(
        "summary summing",
        r"\b(?:short|quick|brief) summary of (?:what|where|the (?:steps|results))|<start>summing"
        r" up"
        r" (?:so far|what)|<start>(?:quick |short |brief )?summary so far\b",
    ),
    cue("next", r"<start>(?:next up|what(?:'s| is) next)\b"),
    cue(
        "dealt handled covered completed finished eliminated ruled settled exhausted disposed"
        " gotten"
        " taken pinned narrowed reduced",
        r"\b<have> (?:now )?(?:dealt with|handled|covered|completed|finished(?: with)?|eliminated"
        r"|ruled out|settled|exhausted|disposed of|gotten rid of|got rid of|taken care of|pinned"
        r" down"
        r"|narrowed (?:it|this|the|things))\b(?! \$?\d)",
    ),
    cue(
        "left remain remains",
        r"<start>(?:so |and )?now only (?:the )?[^.\n]{2,40} (?:are|is) left\b"
        r"|\bonly the (?:[\w-]+ ){0,2}(?:case|cases|part|parts|step|steps|check|question|ones"
        r"|terms?"
        r"|proof) (?:is|are) (?:still )?left\b|\b(?:only|one) thing left (?:is|to)\b|\bthe other"
        r" (?:one|case|part|half|direction),? (?:[^.\n,]{1,30}, )?remains\b",
    ),
    cue(
        "still done finished open not",
        r"<start>(?:still to (?:count|do|find|check|show|handle|prove|compute|determine|come|cover"
        r"|treat)|(?:not )?(?:yet )?(?:done|finished)|still (?:unknown|open|missing|left|needed)"
        r"|left to (?:do|check|show|find))\b[*_ ]*:|<start>still to (?:count|do|find|check|show"
        r"|handle|prove|compute|determine|cover)\b",
    ),
    cue(
        "tally count total",
        r"\bkeep(?:ing)? (?:a|the|my) (?:running )?tally\b"
        r"|\b(?:the|my|our) running (?:count|total|tally|sum|product) (?:is|to|at|now|so far"
        r"|stands)\b",
    ),
    cue(
        "on_to",
        r"<start>(?:now,? |okay,? |so,? )?on to (?:[a-z] ?[=\u2261<>]|n\b|k\b|\$|step|part|case"
        r"|stage|phase|finding|computing)",
    ),
    cue(
        "piece step case part thing",
        r"\bis the (?:only |last |one )?(?:remaining|missing|last|final|outstanding) (?:piece"
        r"|step|case"
        r"|part|thing|question)\b(?=[.,;:]| (?:to|we|i|left)\b)",
    ),
    cue(
        "first second last one part half case step piece",
        r"<start>(?:okay,? |so,? |good,? |great,? )*(?:that|this)(?:'s| is| gives(?: us)?| was"
        r"| does|"
        r" completes| gives me) (?:the )?(?:first|second|third|last|one|half) (?:of (?:the|our"
        r"|my) (?:two"
        r"|three|four|cases|parts|steps|unknowns|\w+ts\b)|part\b|half\b|case\b|step\b|piece\b)"
        r"(?=[^.\n]{0,30}[.,;:])",
    ),
    cue(
        "now",
        r"<start>(?:so,? |okay,? |good,? |great,? )*(?:we|i) now (?:have|know) (?:the|both|all"
        r"|two|three|our"
        r"|everything|enough|that|how|what|an? expression|a formula)\b"
        r"|<start>(?:so,? |okay,? |good,? )*(?:we|i)(?:'ve| have)?(?: got| have)? (?:the|both|all"
        r"|our|two"
        r"|three) [^.\n,]{2,40} now\b",
    ),
    cue(
        "known found determined settled pinned done computed handled covered",
        r"\b(?:all|both)(?: \w+){0,2} (?:are|have been|have now been) (?:now )?(?:known|found"
        r"|determined"
        r"|settled|pinned down|computed|handled|covered|established)\b(?=[.,;:]| now\b)"
        r"|\bnow (?:all|both)(?: \w+){0,2} (?:are|have been) (?:known|found|determined|settled"
        r"|done)\b",
    ),
    cue(
        "pinned settled finished done complete established",
        r"\b(?:is|are) (?:now )?(?:pinned down|out of the way|taken care of)\b"
        r"|<start>(?:so |okay,? |thus |now )*the [^.\n]{1,30} (?:is|are) (?:now )?(?:finished"
        r"|settled)\b(?=[.,;])"
        r"|\b(?:cases?|parts?|steps?|half|stages?|directions?) (?:is|are) (?:now )?(?:complete"
        r"|done"
        r"|settled|finished)\b|<start>(?:existence|uniqueness|sufficiency|necessity|one direction"
        r"|the (?:first|base|forward) \w+) (?:has been|is) (?:now )?(?:established|settled|shown"
        r"|done"
        r"|proved|proven|complete)\b",
    ),
    cue(
        "summary",
        r"\b(?:summary|recap|overview) of (?:what(?:'s| is| we| i)|where)\b",
    ),
    cue(
        "got",
        r"<start>(?:okay,? |good,? |great,? |so,? )*we've (?:now )?got (?:both\b|all\b|everything"
        r"|(?:the )?\w{1,8} and (?:the )?\w{1,8}[.,])",
    ),
    cue(
        "leaving",
        r"\b(?:done|known|fixed|settled|found|determined|pinned down|handled),? leaving"
        r" (?:only |just |us with )?(?:[a-z]\b|the|case|one)",
    ),
    cue(
        "added used done checked computed",
        r"\bi haven't (?:\w+ )?(?:added|used|done|checked|computed|tried"
        r"|counted|considered)\b[^.\n]{0,40}\byet\b",
    ),
)
