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
        r"\b(?:another|a different|an alternative|a second|some other|(?<!the )other) (?:possible"
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
    cue(
        "",
        r"<start>(?:but |so |and |hmm,? |now,? )*(?:is|are|isn't|aren't) there (?:maybe |perhaps "
        r"|possibly )?(?:a|an|any|some|another|other|more|no) [^.\n?]{0,50}(?:way|shortcut|trick"
        r"|pattern|approach|method|option|possibilit|alternative|symmetry|identity|candidate|route"
        r"|invariant|bijection|substitution|formula|interpretation|relation"
        r"|solution)\w*\b[^.\n?]{0,60}\?"
        r"|\bif \$?[a-z]\$? ?= ?[^,.;\n]{1,12}, [^;.\n]{1,70}[;.,] ?(?:and |but |while |whereas"
        r" )?(?:if|for|with) \$?[a-z]\$? ?= ?[^,.;\n]{1,12},"
        r"|\b(?:two|three|four|several|a few|a couple of|multiple) (?:\w+ )?(?:options|ideas"
        r"|approaches|routes|strategies|avenues|candidate \w+|lines of attack|possible"
        r" (?:approaches|ways|routes|methods)|ways (?:forward|in|to (?:go (?:about|at)|attack"
        r"|proceed|do|approach|see|think|solve|handle|tackle)))\b(?=[^.\n]{0,30}[:.,;\u2014])",
    ),
    cue(
        "",
        r"(?:<start>|[,;.?:] |\u2014 ?)or (?:possibly|perhaps|maybe|else|alternatively|could|should"
        r" i|should we|what about|how about|try|might)\b,? (?!\$?\d)"
        r"|\bcould be (?!\$?\d)[^.;\n]{2,50}[,;] (?:or )?(?:it )?could (?:also )?be\b|\b(?:could"
        r"|might|may) (?:also |perhaps |possibly |just |well |even )*(?:work(?=[.,;:!?]| (?:here"
        r"|too|better|as well|as|if|out))|help\b(?! (?:him|her|them|his|the (?:children|students"
        r"|farmer)))|do the trick|be useful|be easier|be simpler|be quicker|be faster|be cleaner|be"
        r" worth|be promising|simplify|be a (?:better|good|nicer|quicker|simpler) (?:way|route"
        r"|choice|idea|approach|tool))"
        r"|\b(?:looks|seems|sounds|feels|might be|would be|may be|could be|is probably|is likely"
        r"|is) (?:\w+ )?(?:cleaner|simpler|quicker|nicer|tidier|more promising|promising|worth"
        r" (?:a (?:try|shot|look|go)|trying|exploring|testing|pursuing)|neater|less messy|a better"
        r" (?:bet|route|choice|way|idea)|more tractable|more manageable)\b",
    ),
    cue(
        "",
        r"\bworth (?:a (?:try|shot|look|go)|trying|exploring|pursuing|experimenting|considering)\b"
        r"|\bgive (?:it|this|that|[^.\n]{1,30}) a (?:try|go|shot|whirl)\b|\b(?:have|take) a (?:go"
        r"|stab|crack|shot) at\b|\bsee (?:where|what|whether|if) (?:that|this|it|we|i|anything"
        r"|something|there|the)\b[^.\n]{0,30}(?:leads?|takes|gets|gives|happens|goes|helps?|works?"
        r"|comes|pattern|emerges|yields|brings|turns)"
        r"|\b(?:just )?(?:for fun|out of curiosity|as an experiment|to experiment|to get a feel|to"
        r" get some (?:feel|intuition|insight)|for intuition|to build intuition|as a test case|for"
        r" illustration)\b(?! (?:she|he|they))|<do> <now>(?:tinker|fiddle|mess around|play\b"
        r"|brainstorm|explore|experiment|probe|poke|look for (?:a|an|another|other|some"
        r"|alternatives)|search for|hunt for|toy|sample|throw|vary|dig|guess|speculate|entertain"
        r"|hypothesi[sz]e|imagine)\b",
    ),
    cue(
        "",
        r"\b(?:i|we|one|you) (?:could|might)(?: also| perhaps| maybe| instead| either| even|"
        r" possibly| just| try to| then| alternatively| equally| simply| well| use)* (?:use|try"
        r"|apply|do|go|set|think|consider|look|take|proceed|start|draw|compare|solve|rewrite|factor"
        r"|expand|substitute|attack|approach|work|view|see|count|write|argue|parametri[sz]e|plug"
        r"|brute|guess|split|consult|run|square|graph|plot|list|invoke|exploit|express|define"
        r"|introduce|place|reflect|rotate|switch|appeal|induct|reduce|model|reformulate|interpret"
        r"|differentiate|integrate|bound|complete|multiply|drop|extend|begin|attempt|bring|treat)\b"
        r"(?! (?:out (?:for|to) (?:dinner|the)|home|shopping|a (?:bus|taxi|train|loan|break)|\d+"
        r" hours))",
    ),
    cue(
        "",
        r"\bi wonder\b|\b<am> wondering\b|<start>(?:but |and |so |hmm,? |okay,? |now,? |or |wait,?"
        r" )*what about\b[^.\n]{1,80}\?|<start>(?:but |and |or |so |hmm,? )*(?:could|can|would"
        r"|might|does|do|should|will) [^.\n?]{2,50}\b(?:work|help|apply|be used|do it|be useful"
        r"|simplify|give us|lead|get us|do the trick|be of use|be relevant)\b[^.\n?]{0,40}\?"
        r"|<start>(?:another|one more|other|a further|a different|a second|a third|yet another|the"
        r" other) (?:\w+ )?(?:thought|idea|approach|possibility|option|way|attempt|angle|route"
        r"|candidate|try|method|strategy|tack|hypothesis|guess|avenue|perspective|view)\b(?! (?:is"
        r"|costs?|takes) \$?\d)(?<!the other way)(?<!the other possibility)"
        r"|(?:<start>|\b(?:so|now|first|next|but|then|and|let's|let me|or) )(?:try|trying|test"
        r"|testing|suppose(?: first)?(?: that)?|say|guess|pick|consider|plug(?:ging)? in|attempt"
        r"|attempting|start(?:ing)? with|what if|imagine)(?: that)?(?: i| we)?(?: take| try| let|"
        r" set| pick| had)? \$?\\?[a-z]_?\d?\$? ?(?:=|to be|equals|were) ?\$?-?\d+(?![\w.]*[a-z])",
    ),
    cue(
        "",
        r"(?:<do>|<start>|\band|\bor|\bthen|\bby|\bto) <now>(?:try|trying|test|testing|go(?:ing)?"
        r" through|run(?:ning)? through|cycl(?:e|ing) through|enumerat(?:e|ing)|work(?:ing)?"
        r" through|experiment(?:ing)? with|search(?:ing)? (?:through|over|among)|sift(?:ing)?"
        r" through|look(?:ing)? at|check(?:ing)?|consider(?:ing)?|explor(?:e|ing)) (?:out )?(?:each"
        r"|every|all|the|both|several|different|a few|some|various|other|possible|small|more"
        r"|successive|further|first few|another|two|three|specific|particular|concrete|simple"
        r"|nearby|alternative)(?: of the| of)?(?: \w+){0,2} (?:candidates?|possibilit(?:y|ies)"
        r"|values?|options?|combinations?|divisors|approach(?:es)?|ideas?|substitutions?|examples?"
        r"|instances?|factors|factor pairs|pairs|scenarios?|interpretations?|readings?|methods?"
        r"|angles?|routes?|representations?|alternatives?|configurations?|hypothes[ie]s)\b"
        r"|(?:<do>|<start>(?:now |first |next |so )?) ?<now>(?:test|try|check|look at|consider|take"
        r"|examine|think about|study|work out|see)\b[^.\n]{0,40}\b(?:extreme|edge|special"
        r"|degenerate|limiting|toy|simple|small|smaller|simpler|concrete|particular|easier|tiny"
        r"|trivial|numerical|sample) (?:case|example|version|value|instance|analog\w*|n\b|problem"
        r"|number|input)s?\b"
        r"|\b(?:from|at|in) (?:a|another|yet another|some other) (?:different |new |fresh "
        r"|geometric |combinatorial |algebraic |probabilistic )+(?:angle|perspective|viewpoint"
        r"|light|direction|side|way|point of view)\b|\b(?:different|fresh|new|another) (?:angle"
        r"|perspective|viewpoint|lens)\b(?! (?:of|is|measures))",
    ),
    cue(
        "",
        r"<start>(?:but |and |so |hmm,? |or |okay,? |wait,? )*(?:maybe|perhaps|possibly"
        r"|conceivably)\b,? (?!he\b|she\b|they\b(?! mean)|because\b|due\b|as\b|\$?\d|one day|not\b"
        r"|i'm\b|that's wrong|i (?:made|mis|missed|forgot|should have|got|did|am\b|have (?:mis|made"
        r"|forg)))[a-z]"
        r"|\b(?:maybe|perhaps|possibly) (?:a|an|some|the|using|with|by|via|through) (?:\w+"
        r" ){0,3}(?:approach|argument|substitution|method|trick|identity|inequality|theorem|formula"
        r"|induction|transformation|symmetry|invariant|bijection|pattern|route|recursion|factoring"
        r"|diagram|counting|coordinates)\b"
        r"|<start>(?:so |but |and )*(?:what|how) (?:if|about|would happen if|happens if|happens"
        r" when|would happen) [^.\n]{2,100}\?|\b(?:brute[- ]force|trial and error|guess[- ]and[-"
        r" ]check|case[- ]by[- ]case|work(?:ing)? backwards?|trial division)\b(?=[^.\n]*(?:could"
        r"|might|maybe|perhaps|instead|try|option|alternatively|\?))",
    ),
    cue(
        "",
        r"<start>alternative(?: method| approach| solution| way| route)?[*_ ]*:"
        r"|\b(?:there are|there're|we have|i have) (?:several|a few|many|multiple|various|two"
        r"|three) (?:\w+ )?"
        r"(?:methods|approaches|routes|strategies|techniques|options)\b(?= (?:available|here|to"
        r"|for|among|we|i)\b)"
        r"|<start>(?:let me |let's |now |next,? |or |then )*try (?:two|three|four|five|six|a few)"
        r" (?:terms|cases|values|digits|numbers|factors|variables|primes|squares) ?[:,]"
        r"|\bdrop (?:it|that|this) and (?:use|try|switch|take)\b|<start>(?:let me |let's )?test"
        r" it (?:for|with|on)"
        r" \$?[a-z] ?=",
    ),
)
