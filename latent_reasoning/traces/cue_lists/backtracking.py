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
        r"|this|it) again)",
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
        "discarded dropped abandoned scrapped retract",
        r"\bi(?:'ll|'ve| will| have)? (?:now )?(?:retract|take back|withdraw|scrapped|abandoned)"
        r" (?:this|that|it|my|the)\b",
    ),
)
