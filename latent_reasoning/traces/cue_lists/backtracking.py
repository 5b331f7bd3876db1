"""Backtracking: drops a step or a result and goes back.

As in "Wait, that's not right", "Let me start over".
"""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "wait",
        r"<start>(?:but |oh |oh, |hmm,? |no,? |ah,? |okay,? )?wait\b[^\n?]{0,12}?\b(?:no\b"
        r"|actually|that<is> (?:not|wrong|incorrect)|that (?:can't|cannot|isn't|doesn't|gives)"
        r"|this (?:is (?:not|wrong)|can't|isn't|doesn't)|i (?:made|mis\w+|forgot|missed|should"
        r"|need to re)|if\b.{0,60}\b(?:not|n't)|but\b|there's a (?:mistake|problem))",
    ),
    cue(
        "actually",
        r"<start>(?:hmm,? |oh,? |wait,? |but |no,? )?actually,? (?:no\b|wait|that|i "
        r"|it)(?=.{0,60}(?:\bno\b|wait|n't|not|wrong|mis|should|instead|incorrect|forgot|need"
        r" to))",
    ),
    cue("no", r"(?<=\? )no[,.:] (?=\S{0,3}\d|it|that|the|not|this|i |we )"),
    cue(
        "no",
        r"<start>(?:oh |hmm,? )?no,? (?:wait|that<is>|that (?:can't|doesn't|isn't)|this is"
        r" (?:not|wrong)|i (?:made|mis|forgot)|it<is> (?:not|wrong))",
    ),
    cue("scratch strike", r"\b(?:scratch|strike) that\b"),
    cue(
        "back backtrack over redo restart again correct fix revise reconsider rethink recompute"
        " recalculate reevaluate re-evaluate redoing backtracking revisit",
        r"(?:<do>|<start>i<is>|going to|<start>) ?<now>(?:(?:go|step|come|turn) back (?:to|and|a"
        r" step)|backtrack|start (?:over|again)|redo\b|restart\b|re-?try|try (?:this |that |it"
        r" )?again|correct (?:that|this|it|my|the (?:mistake|error))|fix (?:that|this|it|my)"
        r"|revise\b|reconsider|rethink|recompute|recalculate|re-?evaluate|revisit|do (?:that"
        r"|this|it) again)(?![^.\n]{0,30}\bto (?:be (?:safe|sure|certain)|make sure|check|verify"
        r"|confirm)\b)",
    ),
    cue(
        "mistake error slip",
        r"\b(?:i|we)(?:'ve| have| think i| must have| seem to have)? made (?:a|an|another"
        r"|some)(?: \w+){0,2} (?:mistakes?|errors?|slip)|\bmy (?:mistake|error)\b(?! (?:was|is))"
        r"|\bthere(?:'s| is| was| must be) (?:a|an|some) (?:mistake|error) (?:in (?:my|the|our)"
        r" (?:previous|above|calculation|work|reasoning|setup|approach)|above|here|somewhere)",
    ),
    cue(
        "miscalculated misread miscounted misunderstood forgot overlooked messed misinterpreted"
        " mixed",
        r"(?<!could )(?<!did )(?<!might )\b(?:i|we)(?:'ve| have| had| think i| must have)?"
        r" (?:miscalculated|misread|miscounted"
        r"|misunderstood|misinterpreted|forgot\b|overlooked|messed|mixed up)",
    ),
    cue(
        "wrong incorrect right correct possible mistake",
        r"<start>(?:but |hmm,? |oh,? |no,? |so |and )?(?:that|this)(?:'s| is| was| can't be|"
        r" cannot be| isn't| doesn't (?:seem|look)|'s not| is not) (?:clearly |obviously "
        r"|definitely |also |the )?(?:wrong|incorrect|not (?:right|correct|possible(?! (?:for"
        r"|when|if|because|since|as|in)\b))|a mistake|right[.,!:;]|correct[.,!:;]"
        r"|possible)(?<!(?:'s|is) right[.,!:;])(?<!(?:'s|is) correct[.,!:;])(?<!(?:'s|is)"
        r" possible)(?<!was right[.,!:;])(?<!was correct[.,!:;])(?<!was possible)(?! (?:for|when"
        r"|if|because|since|as|in)\b)",
    ),
    cue(
        "work works working nowhere dead helpful fails",
        r"\b(?:this|that|the (?:\w+ )?(?=approach|method|way|idea|path|direction|route|strategy"
        r"|substitution))(?: ?approach| ?method| ?way| ?idea| ?path| ?direction| ?route|"
        r" ?strategy| ?substitution)? ?(?:doesn't|does not|didn't|did not|won't|will not|isn't"
        r"|is not|leads?|fails|hits|is a|went|goes) (?:seem to )?(?:work\b|working|lead anywhere"
        r"|helpful|nowhere|a dead|dead)|\bdead[- ]end\b",
    ),
    cue(
        "previous last above earlier",
        r"\b(?:previous|last|above|earlier) (?:step|line|calculation|result|answer|statement"
        r"|equation|value|claim|expression)s? (?:above )?(?:is|was|are|were|must be|has to be"
        r"|contains?|has)(?: actually| also)? (?:wrong|incorrect|not (?:right|correct|valid)|a"
        r" mistake|an error|off)\b",
    ),
    cue(
        "bad apologies sorry apologize",
        r"<start>my bad\b|<start>(?:i )?(?:apologi[sz]e|apologies|sorry)\b"
        r"(?!,? but i (?:might|may|could|can't|cannot|am|'m)\b)",
    ),
    cue(
        "wrote said used had took put got computed",
        r"\bi (?:previously|earlier|first|mistakenly|wrongly|incorrectly) (?:wrote|said|used|had"
        r"|took|put|got|computed)\b",
    ),
    cue(
        "redoing recomputing recalculating restarting reworking correcting",
        r"<start>(?:redoing|re-?computing|recalculating|restarting|reworking|correcting (?:this"
        r"|that|it|the|my))\b",
    ),
    cue("thought", r"\bon second thoughts?\b"),
    cue("correction oops whoops hold", r"<start>(?:correction\b ?:|oops|whoops|hold on\b)"),
    cue(
        "wait",
        r"<start>(?:oh,? |hmm,? |but )?wait\b[,.!\u2026-]+ ?(?:no\b|that|this|it|the|i|we|there"
        r"|but|actually|one|he|she|they|each|both|since|because|in|if)(?:'s|'m|'ve|'re"
        r"|'d)?\b(?!\w)(?![^\n]{0,100}\?)(?! (?:me|let|see|want|should check))",
    ),
    cue("no", r"<start>hm+,? no\b|(?:\.\.\.|\u2026|\u2014|--) ?no,"),
    cue(
        "return abandon undo discard drop scrap",
        r"\b(?:and|so|let's|let me|we|i|must|should|to) (?:we |i )?(?:return to the (?:start"
        r"|beginning|original|first|previous)|abandon (?:this|that|it|the)|undo|scrap|discard"
        r" (?:this|that|it))\b",
    ),
    cue(
        "drop discard discarding scrap scrapping abandon abandoning ditch ditching toss tossing"
        " throw throwing undo undoing forget scratch",
        r"(?:<do> |<start>(?:okay,? |ok,? |so,? |ugh,? |and |then )*|\b<am> |\band )(?:just |now"
        r" )?"
        r"(?:drop|discard(?:ing)?|scrap(?:ping)?|abandon(?:ing)?|ditch(?:ing)?|toss(?:ing)?"
        r"|throw(?:ing)?(?: out| away)|undo(?:ing)?|forget(?: about)?|scratch)(?: out| away)?"
        r" (?:this\b|that\b|it\b(?! (?:off|from|in)\b)|all (?:of )?(?:this|that)\b|[a-z]\d? ?="
        r"|(?:the"
        r"|my|our) (?:\w+ )?(?:attempt|approach|idea|method|count|step|result|calculation"
        r"|plan|work|substitution|line|answer|assumption|argument|angles|coordinates|algebra)\b)",
    ),
    cue("mind", r"<start>(?:okay,? |oh,? |ah,? |ugh,? |actually,? |hmm,? )?never ?mind\b"),
    cue("hold", r"<start>(?:actually|wait|hmm|okay|ok|but|oh|no|ah),? hold (?:on|up)\b"),
    cue(
        "returning rewind rewinding backing backtracking stepping going",
        r"<start>(?:okay,? |so,? )?(?:returning to (?:the|my|our|where)\b(?! store| home| office"
        r"| school)|rewind(?:ing)?\b|backing up\b|(?:going|stepping) back(?::| to (?:the|my|our"
        r"|where|step)\b)|backtracking\b)",
    ),
    cue(
        "back",
        r"<start>(?:okay,? |ok,? |ugh,? |so,? |let's |let me )*back (?:up\b(?=[.,!:;]| and\b| a"
        r" (?:bit"
        r"|step|little|moment)\b| to\b)|to (?:step|square one|counting|where (?:i|we)"
        r"|(?:the|my|our) (?:drawing board|start\b|beginning|(?:original |initial |first |previous"
        r" )(?:expression|equation|form|setup|idea|approach|formula|inequality|integral|system"
        r"|definition|recurrence|method|diagram)|equation|definition|setup)))",
    ),
    cue(
        "again anew afresh fresh scratch over",
        r"(?:<do>|\b<am>|<start>(?:okay,? |so,? )?|\band |\bto ) ?<now>(?:start(?:ing)?"
        r"|begin(?:ning)?"
        r") (?:again\b|anew\b|afresh\b|fresh\b|(?:over )?from scratch\b)",
    ),
    cue(
        "redo",
        r"<start>redo (?:this|that|it|from|the|with)\b"
        r"|<do>[^.\n]{1,40} and (?:redo|recompute|recalculate)\b",
    ),
    cue(
        "new different",
        r"<start>(?:okay,? |so,? |a )?(?:new|different) (?:plan|approach|idea|attempt|strategy"
        r"|tack)"
        r" ?[:.,]",
    ),
    cue(
        "work nowhere anywhere",
        r"(?<!\bhe )(?<!she )(?<!they )(?<!who )\b(?:won't|isn't going to|is not going to) work"
        r"(?=[,:;!]| (?:here|because|since|either|directly|out|as)\b|\.[ \n]|\.$)"
        r"|\b(?:isn't|is not|not) (?:leading|going|getting) (?:us |me )?anywhere\b"
        r"|\b(?:was|is|are|am) (?:getting|going|leading) (?:us |me )?nowhere\b"
        r"|\b(?:doesn't|didn't|does not|did not) (?:lead|get|take|bring) (?:us |me )?anywhere\b",
    ),
    cue(
        "recurrence formula equation assumption labelling labeling setup guess count derivation"
        " recursion substitution diagram picture interpretation reasoning approach",
        r"<start>(?:so,? |hence |thus |then |which means |meaning )*(?:the|my|our|that) (?:\w+ )?"
        r"(?:recurrence|formula|equation|assumption|labell?ing|setup|guess|count|derivation"
        r"|recursion|substitution|diagram|picture|interpretation|reasoning|approach) (?:above "
        r"|i used )?(?:is|was|must be|has to be) (?:wrong|off\b|incorrect|flawed|broken|invalid)"
        r"|\b(?:my|our) (?:\w+ )?(?:labell?ing|setup|formula|assumption|recurrence|count) (?:is"
        r"|was"
        r"|must be|has to be) (?:wrong|off\b|incorrect|flawed)",
    ),
    cue(
        "discarded dropped abandoned scrapped retract withdraw take",
        r"\bi(?:'ll|'ve| will| have)? (?:now )?(?:retract|take back|withdraw|scrapped|abandoned)"
        r" (?:this|that|it|my|the)\b",
    ),
    cue(
        "",
        r"<start>(?:so |okay,? |hmm,? |oh,? |but )*(?:actually|sorry|ah|argh|oh|nope),? (?:wait"
        r"|no\b(?=[,.!:;])|scratch|hang on|strike)|<start>(?:hang on|nope)(?=[,.!:;\u2014])"
        r"|<start>(?:please )?(?:disregard|ignore) (?:that|this|the (?:previous|last|above)|my|what"
        r" (?:i|we))\b|<start>strike (?:the|my|that|this)\b|<start>(?:take two|clean slate|fresh"
        r" start"
        r"|from the top|second attempt|let me try that again)\b"
        r"|\b(?:i|we)(?:'ll| will|'d)? (?:take (?:that|it|this) back|go back on)\b"
        r"|\bback to square one\b|\bcross (?:that|this|it) out\b",
    ),
    cue(
        "",
        r"(?:<start>|\b(?:but|oh|hmm|no) )wait\b[,.!:\u2014\u2026-]* ?[^\n?]{0,90}?"
        r"(?:n't\b|\b(?:not\b|cannot\b|wrong\b|mistake|error\b|forgot|missed|mis(?:read"
        r"|count|took|appl|calc)|instead\b|should (?:be|have)\b|already counted|twice\b"
        r"|double[- ]count|overlook|supposed to\b|backwards\b))(?![^\n]{0,60}\?)",
    ),
    cue(
        "",
        r"\b(?:i|we)(?:'ve| have| had|'d| must have| seem to have| think i)?(?: just| also| clearly"
        r"| accidentally)? (?:got|had|have|did|put|set up|set|wrote|read|copied)"
        r" (?:that|this|it|those|these|(?:the|my) \w+(?: \w+)?) (?:all |completely"
        r" )?(?:wrong(?:ly)?\b"
        r"|backwards?\b|the wrong way|upside down|reversed|mixed up|incorrectly)"
        r"|(?<!could )(?<!might )\bi(?:'ve| have| had| must have| think i)?(?: just| clearly|"
        r" also)?"
        r" (?:mis(?:read|counted|calculated|placed|copied|stated|applied|label+ed|took|wrote"
        r"|interpreted|understood|added|multiplied|remembered|judged|typed|used|heard|identified)"
        r"|swapped|mixed up|double[- ]counted|overcounted|undercounted|counted [^.\n]{1,50}"
        r" (?:twice|two times))\b"
        r"|\b(?:i|we)(?:'ve| have) been \w+ing (?:\w+ )?(?:the wrong|a wrong|incorrectly)\b"
        r"|\b(?:i|we) (?:shouldn't|should not) have \w+"
        r"|\b(?:i|we) (?:used|took|wrote|applied|plugged in|solved|answered|picked|chose|computed"
        r"|counted) (?:the wrong|wrong)\b",
    ),
    cue(
        "",
        r"<start>(?:oh|ah|wait|no|hmm|whoops|oops|sorry)[^\n]{0,20}?[,.!]* (?:i see,? )?(?:i|we)"
        r"(?:'ve| have| had)?(?: just)? (?:used|took|wrote|counted|added|subtracted|multiplied"
        r"|divided|put|treated|computed|calculated|applied|dropped|copied|skipped|read|solved"
        r"|assumed"
        r"|left out|included|ignored|squared|cancell?ed|swapped|started)\b",
    ),
    cue(
        "",
        r"\b(?:my|our|that|this|the) (?:\w+ ){0,2}(?:choice|guess|assumption|value|attempt|line"
        r"|idea"
        r"|sign|answer|result|reading|count|calculation|estimate|step|total|figure|exponent|case"
        r" split"
        r"|claim|set-?up|model|factoring|factorization|expansion|labels?|equation|formula)"
        r"(?: (?:of|for|that|in|about|on) [^.,;\n]{1,40})? (?:is|was|were|must be|must have been"
        r"|can't be"
        r"|cannot be|has to be|turns out to be|turned out to be) (?:\w+ )?(?:wrong|incorrect|off\b"
        r"|bad|flawed|mistaken|invalid|untenable|hopeless|nonsense|not (?:right|correct"
        r"|valid))\b(?!"
        r" (?:by|with probability|at))(?<!the answer is wrong)(?<!the result is wrong)",
    ),
    cue(
        "",
        r"\bcontradict\w*[^.\n]{0,80}\b(?:so|hence|and|therefore),? (?:now )?(?:we|i|let me|let's)"
        r"(?:'ll| will)? (?:now )?(?:have to|must|need to|should|can't (?:use|keep|take)|drop|go"
        r" back"
        r"|return|backtrack|give|reject|discard|revise|undo|try|switch|throw)"
        r"|\b(?:we|i)(?:'ll| will| must| should| have to| need to|'d better| can)?(?: now)?"
        r" (?:backtrack"
        r"|back up|retreat|start over|start again|begin again|begin (?:it )?anew|start (?:it"
        r" )?afresh"
        r"|redo|undo|backtracked|restarted|rewind)\b|\b(?:so|and) (?:we|i) (?:go|step|went) back\b"
        r"(?! (?:home|in time))|<start>(?:so |okay,? )*go(?:ing)? back(?=[.,;:!])",
    ),
    cue(
        "",
        r"(?:<do> |<start>(?:so,? |okay,? |ok,? |and |then |instead,? |better |ugh,? )*|\b<am> |,"
        r" so |\band"
        r" |\bto |\bi(?:'ve| have)? |\bwe(?:'ve| have)? )(?:now |just |simply |therefore |better"
        r" )?(?:set|put|leave|throw|push)(?:ting|ing)?"
        r" (?:this|that|it|(?:the|my|our) (?:\w+ ){0,2}(?:approach|idea|method|attempt|argument"
        r"|calculation|substitution|plan|route)|substitution|induction|algebra) (?:aside|away|out"
        r"|behind)\b"
        r"|\bthrow out (?:everything|all|that|this|my|the (?:last|previous|whole))\b"
        r"|\b(?:so|and|to|then|let's|let me|i'll|we'll|must|should) throw (?:that|this|it"
        r"|everything|all that) (?:out|away)\b"
        r"|\btear (?:\w+ ){0,3}(?:down|up)\b(?= and)|\b(?:must|has to|have to|should|will|can) be"
        r" (?:thrown out"
        r"|discarded|dropped|abandoned|scrapped|withdrawn|retracted|undone|redone|revised"
        r"|corrected)\b"
        r"(?=[.,;:!]| and\b|$| after| as)",
    ),
    cue(
        "",
        r"(?:<do> |, so |\band |\bto |\b<am> |\b(?:i|we) (?:have to|must|should) )(?:now |just "
        r"|therefore"
        r" )?(?:give up|giv(?:e|ing) up) (?:on|with|this|that|the idea)\b|<start>(?:okay,? |so,?"
        r" )*(?:giving"
        r" up on|abandoning|discarding|dropping|scrapping|retracting|reverting)\b"
        r"|<start>forget (?:about )?(?!to\b|it\b|that he|her\b|his\b|not\b)\w+",
    ),
    cue(
        "",
        r"(?:<do> |, so |\bso |\band |<start>|\bto |\bmust |\bshould |\bcan )<now>(?:return|revert"
        r"|go"
        r" back|goes back|switch back|step back|fall back|get back|jump back|turn back|move back)"
        r" (?:up )?to"
        r" (?!the (?:store|shop|school|office|house|hotel|station|library|city|town|start(?:ing)?"
        r" (?:point"
        r"|line)|base|camp|ground|market|farm|airport|beach|bus|bank|car|park|village|surface"
        r"|garage"
        r"|other)|school|work|home|town|sleep|bed|his|her|their|him)(?:the|my|our|where|step|case|a"
        r"|an|using|just"
        r"|equation|line|what|how|this|that|counting|working|\(|\$|[a-z] ?=)\b",
    ),
    cue(
        "",
        r"\b(?:this|that|it|(?:the|my|our|this|that) (?:\w+ ){0,2}(?:approach|method|way|idea|path"
        r"|direction|route|strategy|substitution|attempt|induction|argument|expansion|integral"
        r"|algebra"
        r"|line of (?:attack|thought|reasoning)|trick|plan|proof|guess|ansatz|factoring|bound"
        r"|case \w+))(?:[^.,;\n]{0,25}?)(?: just| simply| quickly| clearly| also|'s| is| are| was"
        r"|'s just| is just)* (?:gets?"
        r" (?:me |us )?stuck|got stuck|falls? apart|fell apart|breaks? down|broke down|hopeless\b|a"
        r" mess\b"
        r"|goes nowhere|going nowhere|going in circles|went nowhere|leads? nowhere|led nowhere"
        r"|collapses|collapsed|no good\b|useless\b|a bust\b|fails\b(?! (?:the (?:test|exam)|to))"
        r"|failed\b(?! (?:the (?:test|exam)|to))|won't do\b|too messy|a wrong turn|a blind alley"
        r"|closed\b"
        r"(?=[.,;:])|unworkable|out the window)(?<!it closed)(?<!is closed)(?<!interval closed)",
    ),
    cue(
        "",
        r"<do> <now>(?:switch (?:to|back|over|approach|gears|strateg)|change (?:course|tack|gears"
        r"|strategy"
        r"|approach|direction|my)|pivot\b|turn around\b|correct\b|repair\b|rectify|amend|fix the"
        r"|fix my"
        r"|undo\b|rework|withdraw|reverse (?:that|this|course)|take (?:that|this) (?:step |line"
        r" )?back"
        r"|walk (?:that|this|it) back|roll (?:that|this|it) back|reset\b|replace (?:that|this)"
        r" (?:step|line"
        r"|claim))|<start>(?:to (?:fix|correct|repair) (?:this|that|it)|correcting (?:this|that|it"
        r"|the|my)|fixing (?:this|that|it"
        r"|the)|corrected(?: \w+)? ?(?::|(?:version|calculation|answer|value|computation)))"
        r"|\b(?:rather than|instead of) (?:continu|push(?:ing)? (?:on|through)|keep(?:ing)? going)"
        r"|\bthe (?:correct|right|actual|proper) (?:\w+ )?(?:is|should be|must be|should have been)"
        r" [^.\n]{1,40}(?:rather than|, not\b|instead)"
        r"|\b(?:that|it|this|which) should (?:actually |really )?(?:be|have been|read)"
        r" [^.\n]{1,40}(?:,"
        r" not\b|instead\b|rather than)",
    ),
    cue(
        "",
        r"\d(?: ?\.\.\.|,| ?\u2014| ?\u2026|;)? (?:or rather|i mean|make that|sorry,|no wait|wait,)"
        r"|\b(?:or rather|make that),? \$?\d|\bi mean,? \$?-?\d"
        r"|<start>(?:so|thus|hence|then|therefore)[^.\n]{3,60} (?:is|are|be) [^.\n,]{1,25}, (?:and"
        r" )?not"
        r" (?:at )?[^.\n,]{0,2}\d[^\n,.]{0,15}\.",
    ),
    cue(
        "",
        r"<start>(?:so |okay,? |then |but )*(?:that|this)(?:'s| is) (?:out|not it|no good|no use"
        r"|ruled"
        r" out|no help)\b(?=[.,;:!])|<start>(?:so |but )*(?:that|this|it) (?:can't|cannot|can not)"
        r" be(?:"
        r" right| correct| it| true| the case)?(?=[.,;:!])"
        r"|\b(?:i'll|i'd|i) (?:have to|need to|must|better) (?:redo|rework|recompute|recalculate"
        r"|re-?derive"
        r"|fix|correct|revise|restart|start (?:over|again)|change|withdraw|abandon|drop)\b"
        r"|<start>starting (?:over|again|afresh|anew|from scratch)\b(?! (?:each|every|at|on) )",
    ),
    cue(
        "",
        r"\bi(?:'ll| will)? take (?:the |that |this )?\\?[$]?\d\S{0,8} back\b|\bi take (?:it|that"
        r"|this) back\b"
        r"|\b(?:is|are|was|does|do|did)(?:n't| not) (?:(?:a|the|an|quite|really) )?(?:\w+"
        r" )?(?:solution|root|answer|right"
        r"|correct|valid|allowed|work|hold|needed|enough|possible)s? after all\b|\b(?:i|we)(?:"
        r" must have|'ve| have)? slipped"
        r"(?: up)?\b|<start>replace (?:it|that|this)\b(?! (?:by|with) (?:its|a new))"
        r"|\bthe (?:[$\\(]*-?\d\S{0,8}|(?:\w+ )?(?:step|line|term|answer|value|assumption|idea"
        r"|result|count|claim))"
        r" (?:must|has to|have to) go(?=[.,;:!])"
        r"|<start>(?:so |okay,? )*(?:leaving|dropping|abandoning|scrapping) (?:it|that"
        r"|this)(?=[.,;:!]| and)"
        r"|\b(?:i'm|i am|i'll|let me|i) (?:now )?(?:eras(?:e|ing)|delet(?:e|ing)|cross(?:ing)?"
        r" out|strik(?:e"
        r"|ing)(?: out)?) (?:the (?:last|previous|first|above|line|step|\d)|that|this|my|those"
        r"|these|it)\b"
        r"|<start>cancel (?:that|this|the [$]?\d[\d.,/]*(?= and the|[.,;]))"
        r"|\b(?:has|have) to be replaced by [$]?\d[\d.,/]*[$]?(?=[.,;]| and\b)",
    ),
)
