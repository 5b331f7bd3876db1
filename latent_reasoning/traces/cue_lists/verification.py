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
        r"|the solution|our answer|the result))?[ *_]*(?:[:\u2014]| -|,|\n|$)|<start>(?:double[-"
        r" ])?(?:checking|verifying|confirming) (?:this|that|the|our|my|with|if|by|each|it)\b",
    ),
    cue(
        "check",
        r"\b(?:as|for) (?:a|one) (?:\w+ )?(?:sanity |quick )?check\b|\bsanity check\b|\ba"
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
        r"\b(?:<that>|(?<!which of )these|the (?:answer|result|sum|total)s?|both(?: \w+)?|and)"
        r" (?:indeed "
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
    cue(
        "",
        r"\b(?:plug(?:ging|ged)?|substitut(?:e|ing|ed)|put(?:ting)?|insert(?:ing|ed)?|feed(?:ing)?)"
        r" [^.\n]{1,60}\bback\b(?: in(?:to)?\b)?[^\n]{0,60}?(?: (?:gives?|yields?|produces?"
        r"|returns?|get|we get|find|leads to),? \$?-?\d| = |\bfails?\b|\bconfirms?\b|\brecovers?\b"
        r"|\bas (?:required|expected|it should|needed)|\bcorrect\b|\bmatches\b|\bequal)"
        r"|\b(?:go|going|went|run|running|walk|walking|step|stepping|read|reading|look|looking)(?:"
        r" back)? (?:over|through) (?:my|the|these|this|that|it|our|each|every"
        r"|all)\b[^.\n]{0,40}(?:\bagain\b|once more|one more time|a second time|step by step|line"
        r" by line)"
        r"|<start>(?:so |and |now |okay,? |first,? |a |let me do a |let me |doing a |one |just a"
        r" )*(?:quick|final|sanity|rough|numerical|simple|easy|second|another|last|independent"
        r"|small|brief|parity|units?|dimension(?:al)?|consistency|double|reality|spot) (?:\w+"
        r" )?check(?:s|ing)?\b(?!-?(?:in|out)\b)",
    ),
    cue(
        "",
        r"(?:, |<start>(?:and |so )?)(?:which |that |this |thus |thereby |it |indeed |again"
        r" )?(?:also |indeed |again |nicely |all )?(?:confirm(?:s|ing|ed)|verif(?:ies|ying)"
        r"|validat(?:es|ing)|corroborat\w+|double-check\w*|cross-check\w*|vindicat\w+|bears? out"
        r"|backs? up) (?:the|that|our|my|this|it|both|what|[a-z] ?=|\$|\w+ ?=)"
        r"|\b(?:methods?|ways?|approach(?:es)?|routes?|calculations?|computations?|counts?"
        r"|formulas?|sides?|expressions|arguments?|techniques) (?:both |all |also |each |do |then "
        r"|now |indeed )?(?:give|yield|agree|lead to|produce|come (?:out|to)|arrive at|return|land"
        r" on|equal|coincide|match|are equal to)s? (?:the same|\$?-?\d|with each|each|on|perfectly"
        r"|exactly|with|[a-z] ?=|[.,;])"
        r"|\bboth (?:give|yield|agree|produce|come (?:out|to)|equal|match|work)\b"
        r"|\b(?:get|gets|give|gives|got|giving|find|obtain|yields?|reach|reaches|arrive at|have"
        r"|came to|comes to|lands? on|is again|again|is) (?:exactly |again |us )?the same"
        r" (?:answer|result|value|number|thing|total|count|sum|figure|expression)(?=[.,;!)]| (?:as"
        r"|again|both|either|by|from|this way)\b)(?! as (?:he|she|his|her))",
    ),
    cue(
        "",
        r"\b(?:is|are|all|being|so|perfectly|fully|everything) (?:\w+ )?consistent\b(?! (?:over"
        r"|across|throughout|from) )(?! (?:system|speed|rate|pace|with the (?:rules|theory)))"
        r"|\b(?:in |perfect |exact |full )agreement (?:with|between)\b"
        r"|\b(?:doing|adding|computing|counting|multiplying|working|calculating|summing|recomputing"
        r"|recounting|redoing|solving)\b[^.\n]{0,40}\b(?:again|the other way|a second way|another"
        r" way|differently|in reverse|backwards?|once more|a different way|from the"
        r" other)\b[^.\n]{0,60}(?:=|give|get|same|agree|yield|still|confirm|find|come|match)"
        r"|\b(?:numbers|units|totals?|figures|dimensions|counts?|sums?|degrees|signs|values"
        r"|answers?|results?|proportions|probabilities|angles|areas|lengths|fractions|percentages"
        r"|weights|it all|everything|both sides|two sides|they all) (?:do |all |also |indeed "
        r"|really |both |now |does )*(?:adds? up|works? out|match(?:es)? ?(?:up)?|checks? out"
        r"|agrees?|balances?|tall(?:y|ies)|line up|lines up|fits?|coincide)(?! with (?:hers|his"
        r"|him|her)\b)(?=[.,;:!)]| (?:with|to (?:1\b|one|\d+|exactly|the)|as|too|nicely|perfectly"
        r"|exactly|and|on|for)|$)",
    ),
    cue(
        "",
        r"=[^=\n]{1,24}?(?<=[\d)}$%\u00b0a-z!]), (?:so (?:it's |that's |that |it |all |this |we're "
        r"|that is )?(?:fine|good|okay|ok|correct|right|consistent|true|works|checks|holds|matches"
        r"|fits)\b|(?:just )?as (?:it should|they should|required|expected|desired|claimed|given"
        r"|stated|needed|wanted|hoped|predicted|before|we (?:wanted|needed|found))|which (?:is"
        r" (?:correct|right|true|what|exactly|indeed|consistent|the (?:given|same|required))"
        r"|matches|agrees|checks|works|fits|equals the|was given|confirms|holds|satisf)|and"
        r" that(?:'s| is) (?:right|correct|what|exactly|true)|(?:good|correct|yes|true|fine|right"
        r"|great|perfect|works|checks|okay|ok|nice)(?=[.,;!)]))"
        r"|=[^=\n]{1,40}[\d)}$][.!,;] (?:yes|good|great|correct|perfect|nice|works|it works|that"
        r" works|checks(?: out)?|right|fine|okay|true|holds|matches|it (?:checks|matches|holds"
        r"|fits)|that (?:checks|matches|holds|fits|agrees)|that's (?:right|correct|it|consistent)"
        r"|all good|consistent|exactly|indeed|confirmed|verified)(?=[.,!;]|$| out| up| with)"
        r"|\bso (?:that's|it's|this is|that is|it is|all is|we're) (?:right|correct|fine|true"
        r"|consistent|okay|valid|good|all right|verified|confirmed|indeed)(?=[.,;!]|$)",
    ),
    cue(
        "",
        r"\bso (?:the|both|these|our|all|it|that|this|everything|my) (?:\w+ ){0,4}?(?:agrees?"
        r"|match(?:es)?|fits?|checks?|tall(?:y|ies)|balances?|adds? up|is (?:consistent|correct"
        r"|right|confirmed|verified|validated)|are (?:consistent|correct|right|confirmed|verified"
        r"|equal)|comes? out right|works(?: out)?)(?=[.,;:!]| with| out\b| too| nicely| perfectly"
        r"|$)"
        r"|<start>let's (?:just )?see (?:if|whether|that) (?:this|that|it|these|the|they|both|our"
        r"|my|\$?[a-z]\$? ?=)[^.\n]{0,50}(?:satisf|works?|holds?|fits?|checks?|consistent|make"
        r" sense|makes sense|correct|right|agrees?|match|add)"
        r"|<do> <now>test [^.\n]{1,60}\b(?:against|on the|with the|for|by)\b|<start>(?:now |and "
        r"|so )?(?:testing|checking|verifying|re-?checking|re-?counting|confirming|double-checking"
        r"|cross-checking|proofreading)\b[^.\n]{0,60}?(?::|,|\u2014| -)[^\n]*(?:=|\d|works|holds"
        r"|yes|good|correct|same)",
    ),
    cue(
        "",
        r"(?:\b(?:this|that|it|which|indeed|these|they|both|our (?:answer|solution)|the (?:answer"
        r"|solution|pair|values?))|[\d)}$]) (?:does |do |also |indeed |both |really )?satisf(?:y"
        r"|ies)\b(?= (?:the|both|all|each|every|it|them|our|this|that|\$|\\|[a-z]|equation|indeed"
        r"|everything))(?<!that satisfies)(?<!which satisfies)(?<!that satisfy)(?<!which"
        r" satisfy)(?! (?:the (?:demand|customers?)))"
        r"|\b(?:comes? out|came out) (?:to be )?(?:right|the same|correct|correctly|as expected"
        r"|equal|consistent)\b|\b(?:recovers?|reproduces?|get back|gives? back|brings? us back to)"
        r" (?:the )?(?:original|given|starting|initial) (?:equation|number|value|expression|total"
        r"|amount|polynomial|function|sum|matrix|price|integrand|\d+)(?=[^\n]*(?:good|correct|check"
        r"|right|confirm|expected|should|works|so|\.))"
        r"|\bas (?:it|they) should(?: be)?(?=[.,;!)])|\b(?:independent|second|separate|direct"
        r"|different|alternative|quick) (?:way|method|count|computation|calculation|derivation"
        r"|route)[^.\n]{0,60}(?:same|agrees?|confirms?|match|gives \$?\d|also gives|again)\b|\bby"
        r" (?:a |another |an independent |a different |a second |brute )[^.\n]{2,50}(?:also|same"
        r"|again|agree|match|confirm)",
    ),
    cue(
        "",
        r"(?:<do>|<start>|\bto|\band|\bi'd like to|\bi want to|\bworth|\bjust|\bshould|\bmust"
        r"|\bwill|\bi) <now>(?:re-?verify|re-?check(?:ing)?|double[- ]?check(?:ing|ed)?|cross[-"
        r" ]?check(?:ing|ed)?|sanity[- ]?check(?:ing|ed)?|re-?count(?:ing|ed)?|re-?add(?:ing)?"
        r"|proofread|validat(?:e|ing)|spot[- ]?check(?:ing)?|triple[- ]?check(?:ing)?"
        r"|confirm(?:ing)? (?:that|this|the|by|it|with|my|our|each)|verif(?:y|ying) (?:that|this"
        r"|the|by|it|with|my|our|all|both|these))\b(?! (?:an? )?(?:email|identity|ticket|account"
        r"|passport))"
        r"|\bi (?:also |just |have |'ve )?(?:checked|verified|confirmed|tested|recounted"
        r"|double-checked|re-checked|rechecked) (?:that|this|it|the|by|each|all|both|with|my|for"
        r"|every|against|these|whether)\b|\b(?:we|i)(?:'ve| have) (?:also |just |now )?(?:checked"
        r"|verified|confirmed|tested|validated) (?:that|this|it|the|by|each|all|both|with|my|for"
        r"|every)\b|\bwe check (?:that|whether|if|it|each|all|the|for|both)\b"
        r"|(?:<start>|\b(?:so|but|and|hmm) )(?:does|do|is|are|did|can) (?:this|that|it|these|they"
        r"|the (?:answer|result|numbers?|units?|total|value|sum|signs?)|[a-z] ?= ?-?\d+|our"
        r" (?:answer|result)) [^.\n?]{0,40}(?:sense|fit|work|hold|add up|match|satisfy|agree|check"
        r" out|consistent|reasonable|plausible|right|correct|equal)\b[^.\n?]{0,40}\?",
    ),
    cue(
        "",
        r"\b(?:answer|result|total|count|our [$]?\d[\d.,]*|it all) (?:also |certainly )?(?:makes"
        r" (?:perfect"
        r" |good |intuitive )?sense|(?:is|seems|looks|sounds) (?:also |quite |perfectly |very"
        r" )?(?:reasonable"
        r"|plausible|sensible|realistic|believable))\b|\bdimensionally (?:right|correct"
        r"|consistent|fine)\b"
        r"|<start>(?:units|dimensions|sanity check|parity|spot check|order of magnitude)[*_ ]*:"
        r"|\b(?:they|these|the (?:two )?(?:sides|values|numbers|counts|totals|results)|(?:left"
        r"|both) sides?)"
        r" (?:don't|do not|doesn't) (?:match|agree)(?! in\b)"
        r"|\bleft(?:-hand)? side:? (?:is |gives |becomes |= ?)?-?\d[^.\n]{0,40}right(?:-hand)?"
        r" side:? (?:is |gives"
        r" |becomes |= ?)?-?\d",
    ),
    cue(
        "",
        r"\b(?:gives?|get|yields?|find|obtain|makes|is) [$]?-?\d[\d.,/]*[$]?(?: \w+)? (?:again"
        r"|once more|as before"
        r")(?=[.,;!]|$)|<start>(?:the |and |again,? )*same (?:as before|answer|result|value"
        r"|number|total|count)"
        r"(?: again| as before| as above)?(?=[.,!;]|$)"
        r"|= [$]?-?\d[\d.,/]*[$]?,? (?:exactly |just )?as (?:required|expected|needed|desired"
        r"|claimed|wanted|given"
        r"|stated|it should be|we wanted)\b|\d,? (?:which |that |it )?checks out\b"
        r"|<start>(?:just )?to (?:make sure|be (?:sure|safe|certain|on the safe side)|double[-"
        r" ]check|cross-check"
        r"|confirm|verify)(?: (?:this|that|it|the \w+))?, (?:i\b|we\b|let|plug|sub|check|comput"
        r"|add|multipl|count|note|\$|\d)"
        r"|\b(?:one|you|we|i) (?:can|could|may|might) (?:also |easily |quickly |now )?(?:confirm"
        r"|double-check"
        r"|verify|cross-check|validate) (?:this|that|it|(?:the|our|my) (?:\w+ )?(?:result|answer"
        r"|count|value|formula"
        r"|claim|total|identity|solution|number|computation|calculation|sum))\b"
        r"|\bplug(?:ging)? (?:it|that|this|them|these|[$]?\w[$]?) back in\b(?!to)"
        r"|\b(?:output|program|code|script|simulation|computation|sympy) (?:also )?(?:matches"
        r"|agrees with|confirms)\b"
        r"|\b(?:both|all|the|these)(?: (?:two|three|four|given|original))? (?:conditions?"
        r"|equations?|constraints?"
        r"|requirements?) (?:\w+ )?(?:hold|holds|are (?:met|satisfied|fulfilled)|check"
        r" out)(?=[.,:;!])"
        r"|\b[$]?-?\d[\d.,/]*[$]? is (?:\w+ )?confirmed\b|\b(?:so|and) the (?:sign|units|formula)"
        r" (?:is|are|does)"
        r" (?:\w+ )?(?:okay|ok|right|correct|fine|good)\b",
    ),
)
