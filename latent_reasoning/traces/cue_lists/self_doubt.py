"""Self doubt: voices uncertainty about its own work: "I'm not sure", "Hmm", "Is that right?"."""

from latent_reasoning.traces.cues import cue

CUES = (
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
        r"\b(?:am i|did i(?= (?:\w+ ){0,2}(?:ma[dk]e|mis|do\b|forg|get|count|used?|interp|set"
        r"|cop|acc|inc|cons|read|mess|skip|mix|add|div|mult|apply))|have i|do i|was i|could i"
        r"|should i|might i|is my|was my) (?!have \d)[^.!\n]{0,90}?\?|\b(?:maybe|perhaps) i"
        r" (?:made|mis\w+|missed|forgot|should have|did|am|'m|need to re|have (?:mis|made)|got)",
    ),
    cue(
        "right correct really sense possible",
        r"<start>(?:but |wait,? |hmm,? |so |and |then )*(?:is|are|was|does|can|could|would|did)"
        r" (?:that|this|it|these|my|the (?:answer|result)|they)\b[^.!\n]{0,40}?\b(?:right"
        r"|correct|really|make sense|be right)\b(?! (?:triangle|angle|side))[^.!\n]{0,80}\?"
        r"|<start>(?:but |wait,? |hmm,? )*is (?:that|this) (?:even )?possible\?",
    ),
    cue("hmm hm hmmm", r"<start>(?:but |so |okay,? |wait,? )?hm+\b"),
    cue(
        "off wrong fishy suspicious odd strange weird contradictory",
        r"\b(?:something(?: about \w+)?|that|this|it)(?:'s| is| seems| looks| feels| sounds)(?:"
        r" \w+)? (?:off\b(?! by)|wrong here|fishy|suspicious|odd\b(?! (?:number|integer|function"
        r"|prime|digit))|strange|weird)|\bsomething(?:'s| is| must be| went) wrong",
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
    cue(
        "seems feels looks sounds",
        r"\b(?:that|this|it|which|(?:the|my) (?:answer|result|number|value|probability"
        r"|ratio))(?: just)? (?:seems|feels|looks|sounds) (?:\w+ )?(?:too|suspicious\w*"
        r"|unusual\w*|unlikely|implausible|wrong|off\b|odd\b|strange|(?:large|small|high|low|big"
        r"|complicated)\b)",
    ),
    cue("possible likely", r"\b(?:it's|it is) (?:quite |very )?(?:possible|likely) (?:that )?i\b"),
    cue(
        "larger smaller bigger higher lower more",
        r"\b(?:larger|smaller|bigger|higher|lower|more|less) than i (?:expected|thought|would"
        r" expect)",
    ),
)
