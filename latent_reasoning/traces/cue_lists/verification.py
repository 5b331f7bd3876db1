"""Verification: checks a result: "Let me verify", "Plugging x = 3 back in ... holds", a tick."""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "verify validate confirm double-check sanity-check cross-check recheck re-check"
        " re-verify doublecheck double sanity cross re recount",
        r"(?:<do>|\b(?:to|and|also)|<start>(?:we|i)|<start>) ?<now>(?:re-?verify|verify|validate"
        r"|confirm|(?:double|sanity|cross)[- ]?check|re-?check|recount)\b(?! (?:mark|box|in\b"
        r"|engine|(?:each|every|an?|the) (?:document|item|account|form|order|ticket|identity"
        r"|application|user|passport|email)))",
    ),
    cue(
        "check checking double",
        r"(?:<do>|<start>(?:to|just to|we|i)|<start>|\bto|\bi'd better|\bworth) ?<now>(?:double "
        r"|sanity |cross )?check(?:ing)?\b(?: (?:this|that|them|those|the (?:\w+ )?(?:answer"
        r"|result"
        r"|solution|calculation|work|equation|sum|total|math|arithmetic|conditions?|constraints?"
        r"|units|values?|cases?|endpoints?|boundar(?:y|ies)|multiplication|division|addition"
        r"|subtraction|products?|differences?|formula|roots?|numbers?|inequality|original|other"
        r"|count|claim|first|second|last|steps?|algebra|discriminant|signs?|degrees?|derivative"
        r"|triangle inequality|options?)\b|these|our|my|if\b|whether|each|it\b|by\b|with\b"
        r"|against|again|all\b|both\b|using|for\b|which|some|how|everything|every|one|to (?:see"
        r"|make)|\$|\\|[a-z]\b|\d)|[:.,])",
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
        r" quick check\b",
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
        r"|exactly |also )?(?:match(?:es)?|agrees?(?= with)|(?:is|are) consistent|confirms?)"
        r" (?:with |that |our |the |what |my |to )?(?!set)",
    ),
    cue(
        "sure",
        r"\b(?:to|just to|let's|let me|and|i (?:need|want) to) make sure (?:that )?(?:we|i|this"
        r"|our|the (?:answer|result|solution|calculation|condition|formula|sum|total)|it(?:'s|"
        r" is| works)|nothing|no)\b|<start>(?:just )?to be (?:sure|safe|certain)\b",
    ),
    cue("\u2713 \u2714 \u2705 \u2714\ufe0f", r"[\u2713\u2714\u2705]"),
    cue(
        "agrees agree fits tallies match matches confirmed same",
        r"\b(?:which|this|that|it|ways|both) (?:also )?(?:agrees?|fits|tallies|match(?:es)?)"
        r"(?=[.,;!:]| (?:nicely|perfectly|exactly|too)\b)"
        r"|\bso (?:that's|it's) (?:now )?confirmed\b|<start>(?:oh,? )?(?:nice|good|great),? same"
        r" (?:thing|answer|result|number|value)\b|\bgives the same (?:answer|result|number|value"
        r"|count)\b",
    ),
    cue(
        "test testing",
        r"<start>(?:quick )?test(?:ing)?(?: it| this| that)?[*_]*: ?[*_]*"
        r"|<start>test(?:ing)? (?:it|this|that)"
        r"\b(?=[:,.]| (?:with|on|for|against)\b)|<start>testing with \w+ ?=",
    ),
    cue(
        "back",
        r"\b(?:plug(?:ging)?|substitut(?:e|ing)|put(?:ting)?|insert(?:ing)?) [^.\n]{1,60} back"
        r" (?:in\b(?! (?:the (?:box|bag|bank|jar|drawer)|place))|into (?:the"
        r" (?:\w+ )?(?:equations?"
        r"|expression|inequality|system|formula|condition)|both|it|each|\(|eq|\$))(?=[^\n]*(?::"
        r"|\?|hold"
        r"|check|satisf|verif|works|true))(?![^\n]*, we (?:get|have|find) [a-z$])",
    ),
    cue(
        "matching agreeing agreement consistent",
        r", (?:matching|agreeing with|consistent with|in agreement with|exactly matching) (?:the"
        r"|our|my"
        r"|what|that)\b|\b(?:thing left|step left|remains|only) is (?:the|a) check\b",
    ),
    cue(
        "verify",
        r"<start>(?:now )?verify (?:in (?:code|python|sympy|the original)|numerically|directly"
        r"|that"
        r"|by|with)\b",
    ),
    cue(
        "stands holds works matches checks good",
        r"<start>(?:right|yes|yep|good|great|nice|okay|ok|so),? (?:good,? |so |and )?(?:it|that"
        r"|the"
        r" (?:answer|result)|everything) (?:still )?(?:stands|holds(?: up)?|works(?: out)?"
        r"|matches|checks(?: out)?|adds up)\b(?=[.,;!:]|$)|<start>(?:it|that) works(?: out)?[.!]",
    ),
    cue(
        "sense fit work hold add match",
        r"<start>(?:but |so |and |okay,? |wait,? )*(?:does|do) (?:this|that|it|these|they|the"
        r" (?:answer"
        r"|result|numbers?)) (?:make sense|fit\b|work(?: out)?|hold(?: up)?|add up"
        r"|match)[^.\n?]{0,30}\?",
    ),
    cue(
        "indeed",
        r"\bindeed (?:works|holds|satisf\w+|fits|checks)\b|\b(?:works|holds|satisfied"
        r"|equal), indeed\b",
    ),
    cue("safe sure", r"\bto be (?:on the )?(?:extra )?(?:safe|sure)\b(?=[:.])"),
    cue(
        "satisfied",
        r"\b(?:the|each|every|this|second|first|original|last|third|both)"
        r" (?:equation|condition|constraint|inequality|requirement)s? (?:is|are) (?:indeed |also "
        r"|both |all |then )?(?:satisfied|fulfilled|met)\b(?=[.,;!]| (?:as|too)\b)",
    ),
    cue(
        "good fine correct okay required expected desired claimed",
        r"(?<=[\d$)}]), (?:good|fine|(?:which is )?correct|okay|as (?:required|expected"
        r"|desired|claimed"
        r"|it should))(?=[.!;])",
    ),
    cue(
        "recompute recomputing recheck redo compute",
        r"<start>let's see(?: if| whether) (?:this|that|it|the (?:answer|result)) (?:works|holds"
        r"|fits|checks)"
        r"|\blet me (?:recompute|recalculate) (?:that |this |it )?(?:to|just to) (?:be|make"
        r"|check)\b",
    ),
)
