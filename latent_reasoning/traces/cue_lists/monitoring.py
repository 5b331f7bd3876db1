"""Monitoring: keeps track of its own progress.

As in "So far we have", "It remains to", "Now that we know".
"""

from latent_reasoning.traces.cue_lists.progress import PROGRESS
from latent_reasoning.traces.cues import cue

CUES = (
    *PROGRESS,
    cue("now", r"<start>up to now,? (?:we|i)\b"),
    cue("at_this", r"\bat this (?:point|stage),? (?:we|i|our|there|all)\b"),
    cue(
        "now_that now_i now_we now,_i now,_we",
        r"<start>(?:okay,? |so,? )?now that (?:we|i)(?: have|'ve| know| found| can)|<start>(?:so,?"
        r" |okay,? |and )?now,? <have> (?:found|established|computed|shown|determined|all|both|two"
        r"|three|everything|got|reduced)",
    ),
    cue(
        "already found established handled covered done shown computed determined calculated"
        " counted proved derived solved considered now just",
        r"\b<have> (?:now |already |just |so far ){1,2}(?:found|established|computed|shown"
        r"|determined|handled|covered|got|gotten|done|derived|calculated|counted|used|seen|proved"
        r"|solved|considered|accounted|dealt)|\bwe already (?:know|found|have|computed|calculated"
        r"|determined|showed|saw|established|counted|used)|\bi already (?:found|computed"
        r"|calculated|checked|counted|have|used|know)",
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
        r"\b(?:one|two|three|\d) (?:\w+ )?(?:done|down|handled),? (?:and )?(?:one|two|three|\d)(?:"
        r" more)? to go\b",
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
        r" )?remains to\b|\bthe (?:only )?remaining (?:step|case|task|part|thing|question|piece)s?"
        r" (?:is|are)\b",
    ),
    cue("still", r"\b(?:we|i) still (?:need|have|must|don't have|haven't)\b(?! (?:\$?\d))"),
    cue(
        "more last",
        r"\b(?:just )?one (?:more|last|final) (?:step|case|thing|calculation|piece) (?:to (?:go|do"
        r"|check|find|consider)|left|remains|remaining)",
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
        r"|these|this|all)|\b(?:making|good|some) progress\b(?! (?:report|bar))|\bback on track\b"
        r"|<do> <now>(?:keep track|take stock|recap|summari[sz]e (?:what|where|the (?:steps"
        r"|progress|results|information|cases|known)|our|my|so|everything|this|:))|<start>to"
        r" (?:recap|summari[sz]e what)\b|<start>recap(?:ping)?\b ?[:,]",
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
        r"\b(?:this|it)(?:'s| is) (?:getting|becoming) (?:\w+ )?(?:messy|complicated|tedious|ugly"
        r"|out of hand)",
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
        r"<start>(?:progress|status|checklist|to-?do|still to do|to do|current state|remaining(?:"
        r" steps?| cases?| work| tasks?)?|where we are)(?: so far| check| report)?[ *_]*:",
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
        r"|three|four) (?:cases?|steps?|parts?|equations?) down\b(?=[.,;!]| and|$)",
    ),
    cue(
        "half part first easy hard step",
        r"<start>(?:okay,? |so,? |good,? )*(?:that|this) was (?:the (?:\w+ ){0,2}(?:half|part|step"
        r"|case|bit)|(?:step|part|case) \w{1,3})\b",
    ),
    cue(
        "left remains remain step case thing piece",
        r"\b(?:only|one|two|last|final) (?:more )?(?:steps?|cases?|things?|pieces?|bits?"
        r"|questions?) (?:that )?(?:is |are )?(?:left|remains?)\b(?! (?:of|in) (?:the )?(?:cake"
        r"|pizza|pie))",
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
        r" up (?:so far|what)|<start>(?:quick |short |brief )?summary so far\b",
    ),
    cue("next", r"<start>(?:next up|what(?:'s| is) next)\b"),
    cue(
        "dealt handled covered completed finished eliminated ruled settled exhausted disposed"
        " gotten"
        " taken pinned narrowed reduced",
        r"\b<have> (?:now )?(?:dealt with|handled|covered|completed|finished(?: with)?|eliminated"
        r"|ruled out|settled|exhausted|disposed of|gotten rid of|got rid of|taken care of|pinned"
        r" down|narrowed (?:it|this|the|things))\b(?! \$?\d)",
    ),
    cue(
        "left remain remains",
        r"<start>(?:so |and )?now only (?:the )?[^.\n]{2,40} (?:are|is) left\b|\bonly the"
        r" (?:[\w-]+ ){0,2}(?:case|cases|part|parts|step|steps|check|question|ones|terms?|proof)"
        r" (?:is|are) (?:still )?left\b|\b(?:only|one) thing left (?:is|to)\b|\bthe other (?:one"
        r"|case|part|half|direction),? (?:[^.\n,]{1,30}, )?remains\b",
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
        r"\bkeep(?:ing)? (?:a|the|my) (?:running )?tally\b|\b(?:the|my|our) running (?:count|total"
        r"|tally|sum|product) (?:is|to|at|now|so far|stands)\b",
    ),
    cue(
        "on_to",
        r"<start>(?:now,? |okay,? |so,? )?on to (?:[a-z] ?[=\u2261<>]|n\b|k\b|\$|step|part|case"
        r"|stage|phase|finding|computing)",
    ),
    cue(
        "piece step case part thing",
        r"\bis the (?:only |last |one )?(?:remaining|missing|last|final|outstanding) (?:piece|step"
        r"|case|part|thing|question)\b(?=[.,;:]| (?:to|we|i|left)\b)",
    ),
    cue(
        "first second last one part half case step piece",
        r"<start>(?:okay,? |so,? |good,? |great,? )*(?:that|this)(?:'s| is| gives(?: us)?| was|"
        r" does| completes| gives me) (?:the )?(?:first|second|third|last|one|half) (?:of (?:the"
        r"|our|my) (?:two|three|four|cases|parts|steps|unknowns|\w+ts\b)|part\b|half\b|case\b"
        r"|step\b|piece\b)(?=[^.\n]{0,30}[.,;:])",
    ),
    cue(
        "now",
        r"<start>(?:so,? |okay,? |good,? |great,? )*(?:we|i) now (?:have|know) (?:the|both|all|two"
        r"|three|our|everything|enough|that|how|what|an? expression|a formula)\b|<start>(?:so,? "
        r"|okay,? |good,? )*(?:we|i)(?:'ve| have)?(?: got| have)? (?:the|both|all|our|two|three)"
        r" [^.\n,]{2,40} now\b",
    ),
    cue(
        "known found determined settled pinned done computed handled covered",
        r"\b(?:all|both)(?: \w+){0,2} (?:are|have been|have now been) (?:now )?(?:known|found"
        r"|determined|settled|pinned down|computed|handled|covered|established)\b(?=[.,;:]| now\b)"
        r"|\bnow (?:all|both)(?: \w+){0,2} (?:are|have been) (?:known|found|determined|settled"
        r"|done)\b",
    ),
    cue(
        "pinned settled finished done complete established",
        r"\b(?:is|are) (?:now )?(?:pinned down|out of the way|taken care of)\b|<start>(?:so "
        r"|okay,? |thus |now )*the [^.\n]{1,30} (?:is|are) (?:now )?(?:finished"
        r"|settled)\b(?=[.,;])|\b(?:cases?|parts?|steps?|half|stages?|directions?) (?:is|are)"
        r" (?:now )?(?:complete|done|settled|finished)\b|<start>(?:existence|uniqueness"
        r"|sufficiency|necessity|one direction|the (?:first|base|forward) \w+) (?:has been|is)"
        r" (?:now )?(?:established|settled|shown|done|proved|proven|complete)\b",
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
        r"\b(?:done|known|fixed|settled|found|determined|pinned down|handled),? leaving (?:only "
        r"|just |us with )?(?:[a-z]\b|the|case|one)",
    ),
    cue(
        "added used done checked computed",
        r"\bi haven't (?:\w+ )?(?:added|used|done|checked|computed|tried|counted"
        r"|considered)\b[^.\n]{0,40}\byet\b",
    ),
    cue(
        "",
        r"<start>(?:okay,? |so,? |good,? |great,? |alright,? |all right,? |right,? |and |well,?"
        r" )*now (?:that )?(?:i|we)(?:'ve| have)? (?:know|knew|got|found|have) (?:the|both|all|two"
        r"|three|our|everything|enough|that|how|what|a|an|one|my|[a-z] ?=|[a-z] and)\b"
        r"|<start>(?:okay,? |so,? |good,? |great,? |alright,? |all right,? |right,? |and |well,? "
        r"|now,? |at last,? |fine,? )*i(?:'ve| have) (?:now )?(?:got|found|shown|proved|proven"
        r"|computed|obtained|determined|established|verified|handled|counted|seen|reduced|solved"
        r"|finished|completed|accounted|covered|dealt|done|worked out|listed|gone|collected"
        r"|gathered|settled|used|eliminated)\b(?! (?:a |an )?(?:feeling|idea|mistake|wrong))"
        r"|\bwe've (?:now |already |just )?(?:got|found|shown|proved|proven|computed|obtained"
        r"|determined|established|verified|handled|counted|seen|reduced|solved|finished|completed"
        r"|accounted|covered|dealt|done|worked out|listed|settled|used|eliminated)\b(?! (?:a"
        r" )?(?:contradiction|mistake))",
    ),
    cue(
        "",
        r"\b<am> (?:now |still |only )?left with (?!\$?\d)\w|\b(?:leaves|leaving) (?:us |me"
        r" )?(?:with )?(?:only |just )?(?:the (?:case|question|second|third|last|other|final"
        r"|remaining|converse|upper|lower)|case|part|step|one (?:case|unknown|thing|step)|two"
        r" (?:cases|unknowns|things|steps))\b|<start>(?:so,? |okay,? |now,? )*(?:at|by|up to|to"
        r"|until) (?:this|that) (?:stage|point|moment)\b,? (?!on\b|in\b|of\b|he\b|she\b|they\b"
        r"|and\b|the (?:car|train|water|bus|slope|tangent|tank|curve|temperature|function))"
        r"|<start>(?:so,? |okay,? |good,? )*that(?:'s| makes| is) (?:now )?(?:one|two|three|four"
        r"|five|half|most|all|both) (?:of (?:the|our|my|them)|down|done|out of|so far|conditions"
        r"|equations|cases|steps|checked|handled)\b|<start>(?:so |okay,? |now |and )*having (?:now"
        r" |already )?(?:found|computed|established|shown|determined|proved|proven|dealt|handled"
        r"|done|solved|finished|settled|counted|obtained|gotten|got|verified|checked|eliminated"
        r"|completed|covered|ruled|reduced|derived|worked)\b|<start>(?:so,? |and |now,? |okay,?"
        r" )*with (?:that|this|these|those|it|both|the|all|[a-z]|step|case|part"
        r"|\(\w\))\b[^.\n,]{0,40} (?:known|found|done|settled|out of the way|in place|established"
        r"|computed|handled|covered|finished|complete|fixed|determined|behind (?:us|me)|taken care"
        r" of|in hand|proved|proven|sorted|solved|dealt with|cleared)\b",
    ),
    cue(
        "",
        r"\b(?:cases?|parts?|steps?|stages?|items?|direction|bound|inequality|base case|inductive"
        r" step|lemma|piece|phase|task|subproblem|subgoal|job|side|equation|integral|term|angle"
        r"|calculation|one|ones|list|count|part \(?\w\)?|cases? \w+(?: and \w+)?|step \w|existence"
        r"|uniqueness)\b (?:[\w' ]{0,20} )?(?:is|are|'s|has been|have been) (?:now |both |all "
        r"|already |thus |therefore |also )*(?:done|finished|completed?|closed|settled|handled"
        r"|covered|taken care of|out of the way|behind (?:us|me)|checked off|ticked off|crossed"
        r" off|sorted|dealt with|through|cleared|in place|in hand|pinned down|wrapped up"
        r"|dispatched|disposed of|accounted for|proven|proved|solved|exhausted)(?=[.,;:!\u2014)]|"
        r" (?:and|so|but|now|too|with|giving|as well)\b|$)(?<!set is closed)(?<!interval is"
        r" closed)|\bthat(?:'s| is) (?:the |one |my |our |all of )?[^.,\n]{2,40} (?:done|finished"
        r"|sorted|settled|taken care of|out of the way|complete|completed|covered|handled|dealt"
        r" with|wrapped up|proved|proven|found)(?=[.,;:!\u2014]|$| and| so| but| now)"
        r"|<start>(?:okay,? |so,? |good,? |great,? |now |we're |i'm |almost |nearly )*(?:half"
        r"|halfway|half-way|almost|nearly|partly|partially|all|mostly) (?:done|there|finished"
        r"|through|way there|way through)\b(?=[.,;:!\u2014]| with\b|$)|<start>(?:okay,? |so,? "
        r"|good,? |great,? |now )*(?:done|finished|through) with (?!work|school|dinner|lunch|his"
        r"|her)\w+",
    ),
    cue(
        "",
        r"\b(?:items?|things|tasks?|conditions?|checks?|loose ends?|unknowns?|subproblems?"
        r"|quantities|directions?|questions?|stages?|steps?|cases?|parts|terms|equations?|pieces"
        r"|inequalities|bits) (?:are |still )?(?:left to|left\b(?=[.,;:!\u2014])|left on|to go\b"
        r"|remain\b(?=[.,;:!\u2014])|remaining(?=[.,;:!\u2014])|outstanding|to do\b|to handle|to"
        r" check|still open|unaccounted|pending|done\b(?=[.,;:!\u2014]| and\b|, )"
        r"|down\b(?=[.,;:!\u2014]))|<start>(?:so,? |okay,? |ok,? |now,? |right,? |alright,? |let"
        r" me see,? )*where (?:are we|am i|were we|was i|do we|do i|does (?:this|that) leave)\b"
        r"|\bwhere (?:we|i) (?:are|am|stand|were|left off|was) (?:now|so far|at|up to)?(?=[:.,;?!]"
        r"| now| so| at)|\bbefore (?:moving|going|proceeding|continuing|i move|we move|i go on|we"
        r" go on) (?:on|further|ahead|to)?\b(?= with| to|[,.;:]| any)|<start>(?:okay,? |so,? "
        r"|good,? |and |now,? |great,? )*(?:now for|now on to|now onto|now to the|now part|now"
        r" case|now step|next up|next comes|onwards?|on to|onto the|next:|now the (?:second|third"
        r"|other|last|final|remaining|harder|next|converse|upper|lower|inductive))\b",
    ),
    cue(
        "",
        r"\b(?:i|we) still (?:owe|have|need|lack|want|must|should|haven't|don't|do not|got)\b(?!"
        r" (?:\$?\d))|\b(?:is|are|remains?|remain) (?:still |yet )?(?:to be (?:done|shown|found"
        r"|proved|proven|checked|determined|computed|handled|seen|verified|established|dealt"
        r"|counted|treated|settled|justified|added|decided)|outstanding|unaccounted|pending"
        r"|unproved|unproven|unused|unfinished|unresolved|open)\b(?! (?:on|until|from|at|interval"
        r"|balance|invoice|set))|\bstill (?:missing|outstanding|pending|open|left|unaccounted|to"
        r" come|to go|unproved|unused|to be)\b(?! in the (?:jar|box|bag|bank))|\b(?:is|are)"
        r" what(?:'s| is| are)? (?:remain|left)|\bwhat remain\b|\b(?:there|all that|only|now|then"
        r"|that|it) (?:now |only |still )?remains? (?:the (?:case|question|matter|task|other"
        r"|second|last|converse)|to|only|one|case)\b|\b(?:yet|left) to (?:be (?:done|shown|used"
        r"|found|handled)|show|prove|use|check|handle|determine|compute|find|consider|deal)\b",
    ),
    cue(
        "",
        r"\b(?:don't|do not|must not|mustn't|let's not|shouldn't|not to|let me not|can't) forget\b"
        r"|\bbear in mind\b|\bnote to self\b|\bkeep(?:ing)? (?:a |the |my |an )?(?:running"
        r" )?(?:note|score|count|list|eye|tab|tabs|record|track|total)\b(?= (?:of|on|in|that|as"
        r"|here))|\b(?:the|my|our) (?:current|running|present) (?:\w+ )?(?:state|tally|count|total"
        r"|status|sum|list|position|situation|best|bound|subtotal)\b|<start>(?:current|running"
        r"|present) (?:\w+ )?(?:state|tally|count|total|status|sum|list|position)\b|<start>(?:a "
        r"|quick |short |brief |let me )*(?:recap|status check|progress check|progress report"
        r"|checkpoint|summary so far|stocktaking|taking stock|state of play|where things stand"
        r"|interim summary|bookkeeping|inventory|tally)\b(?=[:.,;!]| (?:of|before|so|here))"
        r"|\b(?:taking|take) stock\b|<start>(?:to|let me|let's|let us|i'll|just to|so to)"
        r" (?:quickly |briefly |just |first )?(?:recap|take stock|sum up (?:so far|what|where|the"
        r" (?:state|progress))|summari[sz]e (?:so far|what|where|progress|the (?:state|progress"
        r"|situation|results|steps))|recapitulate|review where|collect (?:what|the results"
        r"|everything)|gather what|pull together|keep tabs|update|note down what|keep (?:a"
        r" )?(?:note|count|score))\b",
    ),
    cue(
        "",
        r"\b(?:i|we)(?:'m| am|'re| are|'ve been| have been)? (?:\w+ )?(?:sidetracked|distracted"
        r"|off track|on (?:the right )?track|getting (?:closer|somewhere|nowhere|off|lost|there)"
        r"|making (?:\w+ )?progress|close(?: now)?(?=[.,;:!])|nearing|on the home stretch|on"
        r" schedule|running (?:long|out of)|about to finish|ready to (?:combine|conclude|answer"
        r"|compute|put|finish|move|assemble|plug|add|finali[sz]e))\b|\b(?:home stretch|last lap"
        r"|final stretch|final leg|last leg of the (?:solution|problem|proof))\b|\b(?:i|we)(?:'ve|"
        r" have)? (?:not|n't) (?:yet )?(?:\w+ )?(?:used|touched|needed|finished|reached|addressed"
        r"|handled|counted|got|dealt|included|incorporated|taken)\b[^.\n]{0,50}(?:\byet\b|\bso"
        r" far\b|\bhere\b)|\bnot (?:yet )?(?:done|finished|there|used|through)(?: with"
        r" [^.\n]{1,30})? yet\b|\bnot yet (?:been )?(?:used|shown|done|handled|proved|covered"
        r"|counted|dealt|established|finished|included|addressed)\b|<start>(?:first|second|third"
        r"|last|next|one|two|another) (?:\w+ )?(?:done|down|found|settled|finished|complete"
        r"|handled|out of the way)(?=[.,;:!\u2014])|\bone down\b",
    ),
    cue(
        "",
        r"\b(?:we|i) (?:now )?have (?:everything|all(?: of)? (?:the|we|i|that|three|four|five|our)"
        r"|both|enough|what (?:we|i) need(?:ed)?|the (?:first|second|two|three|lower|upper|last)"
        r" [^.\n,]{2,40}(?:, (?:now|next|and now|so|but|the)|; )|all the (?:pieces|ingredients"
        r"|values|parts|information|data))\b(?! (?:a |been ))|\bso far\b[,:]? (?:i|we|so good|the"
        r"|it|there|that|our|my|everything|all|only|\$|\\|[a-z] ?[=|<>]|have|found"
        r"|nothing)(?!more\b)(?! (?:temperature|week|year))|\b(?:covered|used|done|found|seen"
        r"|shown|established|counted|listed|checked|handled|ruled out|have|got|computed|collected"
        r"|works|known) (?:\w+ ){0,4}so far\b(?! (?:this|today|in) )|\bso far (?:is|are|has|gives"
        r"|come|amounts)\b|\b(?:everything|all|nothing|two|three|one|half|most) (?:\w+ ){0,3}(?:in"
        r" place|accounted for|ticked off|in hand)\b|\b(?:that|this) (?:completes|finishes"
        r"|concludes|wraps up|takes care of|covers|handles|settles|disposes of|closes|deals with"
        r"|finalizes) (?!\d|his|her)\w+|\bmoving on\b(?=[,.:;!]| to (?:the|part|step|case|\())",
    ),
)
