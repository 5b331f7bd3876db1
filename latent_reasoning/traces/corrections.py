"""Cues of looking back: backtracking, self-doubt, reflection and verification."""

from latent_reasoning.traces.cues import cue

BACKTRACKING = (
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
        r"\b(?:i|we)(?:'ve| have| had| think i| must have)? (?:miscalculated|misread|miscounted"
        r"|misunderstood|misinterpreted|forgot\b|overlooked|messed|mixed up)",
    ),
    cue(
        "wrong incorrect right correct possible",
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
        r"\b(?:this|that|the (?:\w+ )?)(?: ?approach| ?method| ?way| ?idea| ?path| ?direction|"
        r" ?route| ?strategy| ?substitution)? ?(?:doesn't|does not|didn't|did not|won't|will not"
        r"|isn't|is not|leads?|fails|hits|is a|went|goes) (?:seem to )?(?:work\b|working|lead"
        r" anywhere|helpful|nowhere|a dead|dead)|\bdead[- ]end\b",
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
        r"<start>my bad\b|<start>(?:i )?(?:apologi[sz]e|apologies|sorry)\b",
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
)  # fmt: skip
"""Drops a step or a result and goes back: "Wait, that's not right", "Let me start over"."""

SELF_DOUBT = (
    cue(
        "sure certain confident convinced",
        r"\b<am> (?:still |really )?(?:not|no longer)(?: [\w%]+){0,2} (?:sure|certain|confident"
        r"|convinced)|<start>(?:but |and |so )?not (?:\w+ )?(?:sure|certain)\b(?! to\b)|\bi"
        r" can't be (?:\w+ )?(?:sure|certain)|\bam i (?:\w+ )?(?:sure|certain)",
    ),
    cue(
        "unsure confused stuck lost overthinking puzzled",
        r"\b<am>(?: \w+){0,3} (?:unsure|confused|puzzled|stuck|lost\b(?! \$?\d)|overthinking"
        r"|overcomplicating)",
    ),
    cue(
        "wrong mistaken missing misreading misunderstanding misinterpreting misunderstood"
        " misread made miscounted misinterpreted miscalculated misapplied misremembered"
        " forgotten overlooked",
        r"\b(?:i|we|maybe i|perhaps i)(?: might| may| could|'m probably| am probably|'m| am)(?:"
        r" be| have| also| well| just| simply| easily)* (?:wrong|mistaken|missing|mis\w+|made a"
        r" (?:mistake|error)|forgotten|overlooked)",
    ),
    cue(
        "am_i did_i have_i do_i was_i could_i should_i might_i is_my was_my maybe_i perhaps_i",
        r"\b(?:am i|did i|have i|do i|was i|could i|should i|might i|is my|was my) (?!have"
        r" \d)[^.!\n]{0,90}?\?|\b(?:maybe|perhaps) i (?:made|mis\w+|missed|forgot|should have"
        r"|did|am|'m|need to re|have (?:mis|made)|got)",
    ),
    cue(
        "right correct really sense possible",
        r"<start>(?:but |wait,? |hmm,? |so |and |then )*(?:is|are|was|does|can|could|would|did)"
        r" (?:that|this|it|these|my|the (?:answer|result)|they)\b[^.!\n]{0,40}?\b(?:right"
        r"|correct|really|sense|possible|be right)\b(?! (?:triangle|angle|side))[^.!\n]{0,30}\?",
    ),
    cue("hmm hm hmmm", r"<start>(?:but |so |okay,? |wait,? )?hm+\b"),
    cue(
        "off wrong fishy suspicious odd strange weird contradictory",
        r"\b(?:something(?: about \w+)?|that|this|it)(?:'s| is| seems| looks| feels| sounds)(?:"
        r" \w+)? (?:off\b|wrong here|fishy|suspicious|odd\b(?! (?:number|integer|function|prime"
        r"|digit))|strange|weird)|\bsomething(?:'s| is| must be| went) wrong",
    ),
    cue(
        "right correct plausible",
        r"\b(?:doesn't|does not|can't|don't)(?: quite| really)? (?:seem|look|feel|sound|be|add)"
        r" (?:right|correct|plausible|quite right|possible|up)\b",
    ),
    cue(
        "don't_know don't_really_know don't_actually_know don't_quite not_know can't_tell"
        " don't_see can't_see",
        r"\b(?:i|we) (?:don't|do not|can't) (?:really |actually |quite )?(?:know|tell|see) (?:if"
        r"|whether) (?:that|this|it|my|the (?:answer|result)|i)\b",
    ),
    cue(
        "trust believe",
        r"\bi (?:don't|do not) (?:fully |quite |really )?trust\b|<start>(?:that|this) (?:is "
        r"|seems )hard to believe",
    ),
    cue(
        "doubt doubts worried hesitant wonder wondering uncertain",
        r"\bi (?:doubt|have (?:my |some )?doubts?|wonder (?:if|whether))|\b<am>(?: \w+)?"
        r" (?:worried|hesitant|wondering|uncertain)",
    ),
    cue("wait", r"<start>(?:but |oh,? |hmm,? )?wait\b[^\n.!]{0,100}\?"),
)  # fmt: skip
"""Voices uncertainty about its own work: "I'm not sure", "Hmm", "Is that right?"."""

REFLECTION = (
    cue(
        "back hindsight retrospect reflection reflecting",
        r"\b(?:looking|thinking) back(?:,| at (?:my|the|what|how|it)| on | over | now| to (?:my"
        r"|the (?:problem|question|start)))|<start>(?:in (?:hindsight|retrospect)|(?:up)?on"
        r" reflection|reflecting on\b)|\bin (?:hindsight|retrospect)\b",
    ),
    cue(
        "realize realise realized realised realizing realising",
        r"\b(?:i|we)(?:'ve| have| just| now| then)* reali[sz]ed?\b|\bi'm reali[sz]ing",
    ),
    cue(
        "see notice noticed",
        r"\bi (?:now |can )?(?:see|notice|noticed)(?: now)? (?:that i\b|why i\b|where i\b|what"
        r" i\b|my (?:mistake|error)|the (?:mistake|error|flaw))",
    ),
    cue(
        "review reviewing over retrace retracing reexamine re-examine reread rereading"
        " re-reading re-read",
        r"(?:<do>|<start>(?:by )?) ?<now>(?:review(?:ing)?|go(?:ing)? (?:back )?over"
        r"|look(?:ing)? over|retrac(?:e|ing)|re-?examin(?:e|ing)|re-?read(?:ing)?)(?: back)?"
        r" (?:my|our|the (?:steps?|work|solution|reasoning|problem|question|previous|calculation"
        r"|approach|logic)|what)",
    ),
    cue(
        "mistake error flaw wrong",
        r"\b(?:my|our|where the) (?:\w+ )?(?:mistake|error|flaw)(?: (?:here|above|in \w+ \w+|i"
        r" made))? (?:was|is|came|comes|lies|happened)\b|\bthe (?:mistake|error|flaw) (?:here"
        r"|above|in (?:my|our|the) \w+|i made|was that i)|\bwhat (?:went|i did|i got|we did|did"
        r" i do) wrong|\bwhere (?:i|we|it|things) went wrong",
    ),
    cue(
        "overcomplicating assuming treating thinking counting counted assumed confusing ignoring"
        " using treated overthinking",
        r"\b(?:i|we)(?: was| were|'ve been| have been| had been|'d been)(?: \w+)?"
        r" (?:overcomplicating|overthinking|assuming|treating|thinking (?:of|about|that)"
        r"|(?:double[- ])?counting|confusing|ignoring)",
    ),
    cue(
        "should could would",
        r"\b(?:i|we) (?:should|could|might) have (?:\w+ )?(?:used|started|noticed|checked|seen"
        r"|done|been|realized|remembered|just|simply|read|saved|solved|factored|counted)|\bwould"
        r" have been (?:\w+ )?(?:easier|simpler|faster|quicker|better|more)",
    ),
    cue(
        "efficient elegant simplest best easiest shortest",
        r"\b(?:that|this) (?:was|is|wasn't|isn't)(?: not)?(?: necessarily)? the (?:most"
        r" )?(?:efficient|elegant|simplest|best|easiest|shortest) (?:way|approach|method|route"
        r"|solution)",
    ),
    cue(
        "worked approach method lesson takeaway learned insight",
        r"\b(?:this|that|my|the|our)(?: \w+){0,2} (?:approach|method|strategy|trick) (?:worked"
        r"|was (?:\w+ )?(?:efficient|simpler|unnecessary|better|inefficient|flawed|too|long|good"
        r"|right|wrong|overkill)|turned out|missed|ignored|failed|assumed|overlooked|makes sense"
        r" because)|\b(?:lesson|takeaway)(?: \w+){0,2}(?: is|:| was)|\bwhat (?:i|we) learned",
    ),
    cue(
        "earlier previously initially originally my",
        r"\b(?:my|our) (?:earlier|previous|initial|original|first|last) (?:\w+ )?(?:attempt"
        r"|answer|approach|assumption|reasoning|calculation|work|claim|conclusion|thought|guess"
        r"|step|solution|analysis|interpretation|count|result)\b|\b(?:earlier|previously"
        r"|initially|originally),? (?:i|we) (?:thought|assumed|said|considered|claimed|believed"
        r"|counted|used|computed)|\bi (?:earlier|previously|initially|originally) (?:thought"
        r"|assumed|said|considered|counted)",
    ),
)  # fmt: skip
"""Looks back at its own reasoning and judges it: "In hindsight", "I realize that I counted"."""

VERIFICATION = (
    cue(
        "verify validate confirm double-check sanity-check cross-check recheck re-check"
        " re-verify doublecheck double sanity cross re recount",
        r"(?:<do>|\b(?:to|and|also)|<start>(?:we|i)|<start>) ?<now>(?:re-?verify|verify|validate"
        r"|confirm|(?:double|sanity|cross)[- ]?check|re-?check|recount)\b(?! (?:mark|box|in\b"
        r"|engine))",
    ),
    cue(
        "check checking double",
        r"(?:<do>|<start>(?:to|just to|we|i)|<start>|\bto|\bi'd better|\bworth) ?<now>(?:double "
        r"|sanity |cross )?check(?:ing)?\b(?: (?:this|that|the (?!mail|box|coat|bag|weather)"
        r"|these|our|my|if\b|whether|each|it\b|by\b|with\b|against|again|all\b|both\b|using"
        r"|for\b|which|some|how|everything|every|one|to (?:see|make)|\$|\\|[a-z]\b|\d)|[:.,])",
    ),
    cue(
        "check verification verifying checking verify proof validation confirmation confirming"
        " testing",
        r"<start>(?:\w+ )?(?:double[- ]|sanity[- ]|quick[- ]|final[- ])?(?:check|verification"
        r"|verify|verifying|checking|validation|confirmation|confirming)\b(?: (?:step|the answer"
        r"|the solution|our answer|the result))?[ *_]*(?:[:\u2014-]|,|\n|$)|<start>(?:double[-"
        r" ])?(?:checking|verifying|confirming) (?:this|that|the|our|my|with|if|by|each|it)\b",
    ),
    cue(
        "check",
        r"\b(?:as|for|with) (?:a|one) (?:\w+ )?(?:sanity |quick )?check\b|\bsanity check\b|\ba"
        r" quick check\b|\bchecks? out\b",
    ),
    cue(
        "checks sanity-check",
        r"\b(?:everything|it|this|that|which|answer|result|all|solution) (?:also )?checks(?:"
        r" out)?\b(?! (?:if|whether|in|for|the))",
    ),
    cue(
        "satisfy satisfied satisfies fulfilled met hold valid work",
        r"<start>(?:so |and )?(?:do|does|is|are)\b[^.\n?]{1,60}\b(?:satisf\w+|hold|fulfilled|met"
        r"|valid|work)\b[^.\n?]{0,60}\?|\b(?:all|both|these|the) (?:\w+ ){0,2}(?:conditions"
        r"|constraints|requirements|equations|properties) (?:are|is) (?:all |both |indeed"
        r" )?(?:satisfied|fulfilled|met|valid)|\bso (?:the|our|this) (?:solution|answer|result)"
        r" is (?:valid|consistent|confirmed|verified)",
    ),
    cue(
        "test",
        r"<do> <now>test (?:this|that|it|our|my|the (?:formula|answer|result|solution|claim"
        r"|guess))\b",
    ),
    cue(
        "plug plugging put substitute substituting putting insert inserting",
        r"\b(?:plug(?:ging)?|substitut(?:e|ing)|put(?:ting)?|insert(?:ing)?)\b[^.\n]{0,120}?\b(?:"
        r"satisf\w+|holds|checks|works\b|(?:is|are) (?:indeed )?(?:true|correct|equal)|true\b"
        r"|matches|as (?:required|expected|desired)|both sides|to (?:check|verify|confirm|see if"
        r"|make sure)|\u2713|\u2714|\u2705)",
    ),
    cue(
        "matches agrees consistent confirms match agree",
        r"\b(?:<that>|these|the (?:answer|result|sum|total)s?|both(?: \w+)?|and) (?:indeed "
        r"|exactly |also )?(?:match(?:es)?|agrees?|(?:is|are) consistent|confirms?) (?:with "
        r"|that |our |the |what |my |to )?(?!set)",
    ),
    cue(
        "sure",
        r"\b(?:to|just to|let's|let me|and|i (?:need|want) to) make sure\b|<start>(?:just )?to"
        r" be (?:sure|safe|certain)\b",
    ),
    cue("\u2713 \u2714 \u2705 \u2714\ufe0f", r"[\u2713\u2714\u2705]"),
)  # fmt: skip
"""Checks a result: "Let me verify", "Plugging x = 3 back in ... holds", a tick."""
