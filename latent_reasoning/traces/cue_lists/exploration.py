"""Exploration: looks for other ways or tries things out.

As in "Alternatively", "What if", "Let's try x = 2".
"""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "alternatively",
        r"<start>(?:or,? |but |and |so )?alternatively\b(?!,? (?:he\b|she\b|they\b|customers?"
        r"|each|(?:a|an) [^,.\n]{1,30} costs?\b))",
    ),
    cue(
        "or_we or_i or,_we or,_i or_maybe or,_maybe or_perhaps or,_perhaps or_else or,_else",
        r"<start>or,? (?:maybe |perhaps |else,? )?(?:we|i) (?:could|can|might)\b",
    ),
    cue("how_about", r"<start>(?:and |so |hmm,? )*how about (?!much|many)\w+"),
    cue(
        "way approach method route trick path",
        r"\b(?:cleverer|quicker|faster|simpler|easier|better|nicer|smarter|shorter|neater|more"
        r" (?:clever|elegant|direct|efficient)) (?:way|approach|method|route|trick|path)\b(?!"
        r" home| would(?:'ve| have))",
    ),
    cue(
        "differently",
        r"<do> <now>(?:think|look|approach|do|try|see|count|view)\b[^.\n]{0,40}\bdifferently",
    ),
    cue("play toy", r"<do> <now>(?:play (?:around |with)|toy with)"),
    cue("wonder", r"\bi wonder (?:what|how|if we)"),
    cue(
        "idea thought approach option",
        r"<start>(?:one|another|an|a) (?:idea|thought|possible approach|option)(?: here)?:",
    ),
    cue(
        "another different alternative other",
        r"\b(?:another|a different|an alternative|a second|some other|other) (?:possible"
        r" )?(?:ways?|approach(?:es)?|method|idea|option|possibility|strategy|angle|perspective"
        r"|technique|tack|thought)\b(?! (?:around|round))(?! (?:home|to school|to work|around"
        r" town))",
    ),
    cue(
        "what_if what_happens what_would suppose_instead how_about see_if see_what",
        r"<start>(?:but |so |and |hmm,? |okay,? |now,? )*(?:what if|suppose instead|how about if"
        r"|what happens if|what would happen if)\b|<do> <now>see (?:if (?:we|i|there|this|it"
        r"|that) can|what happens)|\bsee what happens (?:if|when)",
    ),
    cue(
        "try trying tried",
        r"(?:<do>|maybe|perhaps|<start>(?:now |next,? |or )(?:maybe )?|<start>(?=try(?:ing)?"
        r" (?:\$?\\?[a-z] ?=|\d|another|a different|the (?:other|next)|small|some|with|using"
        r"|out))|we might|i might) ?<now>try(?:ing)?\b(?! to (?:understand|solve|find|figure|be"
        r"|get|calculate|answer|recall|verify|check|remember|determine|see|simplify|work|do"
        r"|explain|keep|think|again)\b)(?!\w| again| (?:that|this|it) again| our best)",
    ),
    cue(
        "consider explore test experiment examine",
        r"<do> <now>(?:consider (?:another|an alternative|a different|other|the (?:possibility"
        r"|alternative)|whether|different|small|special|some (?:small|specific|examples)"
        r"|possible|instead)|explore\b|experiment\b|(?:test|examine|look at) (?:a few|some|small"
        r"|different|various|several|specific|simple|special) )",
    ),
    cue(
        "maybe perhaps",
        r"<start>(?:but |or |so |and |hmm,? |wait,? |okay,? )*(?:maybe|perhaps) (?:we|i|there|it"
        r"|using|the|a|try|if|this|that|another|use|look|think|apply|rewrite|consider|start"
        r"|work)\b(?=[^.\n]*\b(?:can|could|should|try|use|a way|way to|there's|there is|better"
        r"|instead|easier|help|work|pattern|trick|approach|consider|think|look|inequality"
        r"|theorem|formula|apply|induction|modulo|symmetry|rewrite|factor|simplif\w+)\b)(?! i"
        r" (?:made|mis|missed|forgot|should have|got))",
    ),
    cue(
        "possibilities option possibility idea approaches ways",
        r"\bone (?:option|possibility|idea|way|approach) (?:is|would be|might be|could be)\b"
        r"|\bthere (?:are|might be|may be|could be) (?:several|multiple|many|a few|two|other"
        r"|different|various)(?: \w+){0,2} (?:ways? to (?:approach|solve|do this|tackle|attack"
        r"|think|look|see)|approaches|methods|strategies)",
    ),
    cue(
        "instead",
        r"<start>(?:or |so |but )?instead(?: of [^,\n]{1,60})?,? (?:we could|we can|let's|let me"
        r"|i could|i can|i'll try|maybe|perhaps|try)|<do> <now>(?:use|do|work|look at|think"
        r" about|count|compute|assume)\b[^.\n]{1,60}\binstead\b",
    ),
    cue(
        "cases values examples combinations possibilities numbers",
        r"\b(?:try|test|check|look at|plug in|start with|trying|testing) (?:out )?(?:a few|some"
        r"|small|different|various|several|other|specific|simple|all|all the|concrete|the"
        r" (?:small|first few)) (?:small |possible |simple |specific |different |other |concrete"
        r" )?(?:cases|values|examples|combinations|possibilities|numbers|options|integers"
        r"|choices)",
    ),
    cue(
        "guess guessing trial",
        r"\b(?:guess and check|trial and error|educated guess)\b|<do> <now>guess",
    ),
    cue(
        "maybe perhaps",
        r"<start>(?:but |or |so |and |hmm,? |wait,? |okay,? )*(?:maybe|perhaps)\b,? (?!he\b"
        r"|because\b|due\b|as\b"
        r"|she\b|they\b|\$?\d|one day|i (?:made|mis|missed|forgot|should have|got|did|am\b))",
    ),
    cue(
        "test check compute",
        r"<do> <now>(?:test|check|compute|look at)(?: out)?(?: for| with)? \$?\\?[a-z] ?= ?",
    ),
    cue("trying testing", r"<start>(?:trying|testing) (?:with )?\$?\\?[a-z] ?="),
    cue(
        "could can should might",
        r"<start>(?:but |so |or |and )?(?:could|can|should|might) (?:we|i|there be|it be)"
        r" (?:also |just |perhaps )?(?:use|try|apply|find|do|look|think|rewrite|factor|write"
        r"|simplify|exploit|make|get|a)\b[^.\n]{0,100}\?",
    ),
    cue(
        "also",
        r"\b(?:we|i|one) (?:could|can|might) also (?:approach|solve|do|use|look|try|consider"
        r"|think|view|compute|write|get|find|count|prove|argue)\b",
    ),
    cue(
        "few several examples example",
        r"<do> <now>consider (?:a few|several|an example|examples|two|three) ",
    ),
    cue(
        "pattern symmetry structure",
        r"<do>[^.\n]{0,40}\b(?:pattern|symmetry|structure)\b|\bpattern emerges\b|\blook(?:ing)?"
        r" for (?:a|any|some) (?:pattern|symmetr)",
    ),
    cue(
        "couple",
        r"\b(?:a couple of|two|three|several) (?:\w+ )?(?:ways to (?:do|go about|see|approach"
        r"|attack"
        r"|solve|think)|ideas|approaches|routes|strategies) (?:this|that|it|come to mind|here|to"
        r" try"
        r"|suggest|present|one could)\b|\bthere are a couple of (?:\w+ )?(?:ways to (?:do|go|see"
        r"|approach|attack|solve|think)|approaches|methods|options to)",
    ),
    cue("mind", r"\b(?:comes?|came|springs?) to mind\b"),
    cue(
        "or",
        r"\b(?:i|we|one) (?:could|might) [^.\n]{3,60},? or (?:else |maybe |perhaps |alternatively"
        r" )?(?:use"
        r"|count|try|apply|just|we|i|do it|work|go|solve|set up|draw|graph|complete|factor)\b",
    ),
    cue(
        "also",
        r"\b(?:i|we|one) (?:could|might) also (?!have\b|be\b|buy\b|pay\b|eat\b)\w+",
    ),
    cue(
        "extreme limiting degenerate special simpler smaller simplest easier boundary",
        r"(?:<do>|<start>(?:now |so |first |next )?) ?<now>(?:consider|look at|examine|take|try"
        r"|start"
        r" with|think about) (?:the|an|a|some) (?:extreme|limiting|degenerate|special|simpler"
        r"|smaller"
        r"|simplest|easier|boundary|toy) (?:case|example|version|instance|problem|situation"
        r"|value)",
    ),
    cue(
        "options ideas alternatives approaches candidates",
        r"<start>(?:some |possible |other |my )?(?:options|ideas|alternatives|approaches|candidate"
        r" approaches)[*_ ]*:(?![*_ ]*(?:$|\(?[a-d1][).:]|\$?\d))",
    ),
    cue("again", r"<start>(?:but )?then again\b"),
    cue(
        "could",
        r"<start>(?:but |so |or |and )?could (?:the|this|that|these) [^.\n?]{3,60}\?",
    ),
    cue(
        "toying tempted tempting curious curiosity",
        r"\b<am> (?:\w+ )?(?:tempted|curious|toying)\b|\b(?:it's|it is) tempting to\b|<start>out"
        r" of curiosity",
    ),
)
