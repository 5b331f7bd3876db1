"""Gap analysis: sets out what is known and what is missing.

As in "The problem doesn't give", "Unknown:".
"""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "give specify say state mention provide tell include indicate define clarify"
        " gives says states mentions specifies tells",
        r"\b(?:(?:but|and|since|because|as) it|the (?:problem|question|statement|text|prompt"
        r"|exercise|information)(?: statement| itself| given)?|this problem) (?:does not|doesn't"
        r"|didn't|did not|never|hasn't) (?:actually |explicitly |really |even )?(?:give|specify"
        r"|say|state|mention|provide|tell|include|indicate|define|clarify|gives|says|states"
        r"|mentions|specifies|tells)\b",
    ),
    cue(
        "know don't_have not_have given told specified stated provided mentioned",
        r"\b(?:we|i) (?:don't|do not|still don't) (?:actually |yet )?(?:know|have) (?:the|how"
        r"|what|which|whether|when|where|if|any|his|her|their|its|enough|who|anything|\$|"
        r"\\|[a-z]\b)|\b(?:we|i)(?:'re| are|'m| am| were|'ve| have)(?: been)?(?: not|n't)"
        r" (?:been )?(?:given|told)|\b(?:isn't|is not|aren't|are not|wasn't|was not|is never|are"
        r" never|not explicitly|not directly) (?:explicitly |directly )?(?:given|specified"
        r"|stated|provided|mentioned|told)\b(?! (?:a|an|any|to) \w+ by)",
    ),
    cue(
        "information data info",
        r"\b(?:not enough|insufficient|not sufficient|missing|lack(?:s|ing)?(?: of)?|incomplete"
        r"|n't enough|without (?:more|additional)) (?:\w+ )?(?:information|data|info)\b",
    ),
    cue(
        "without unless",
        r"\b(?:can't|cannot|can not|impossible to|unable to|not possible"
        r" to)\b[^.\n]{0,60}\b(?:without|unless)\b[^.\n]{0,30}\b(?:know|knowing|being given|the"
        r"|more|additional)\b|<start>without (?:knowing|being (?:given|told)|the (?:\w+"
        r" ){1,3}),?[^.\n]{0,40}\b(?:can't|cannot|impossible|unable)\b",
    ),
    cue(
        "nothing no_information no_detail",
        r"\b(?:nothing|no information|no detail) (?:is|was|about|on"
        r"|regarding)\b[^.\n]{0,20}(?:said|known|given|mentioned|stated|about)",
    ),
    cue(
        "determined missing unknown underdetermined impossible",
        r"\b(?:cannot|can't|can not|could not) be (?:uniquely )?(?:determined|answered|solved"
        r"|found|calculated|computed) (?:without|unless|from|with|because|based|as|uniquely"
        r"|since)|\b(?:information|data|value|condition|quantity|number|fact|detail)s? (?:\w+"
        r" )?(?:is|are|'s) missing\b(?! from the (?:set|list|team|class))|\b(?:is|are)"
        r" missing(?::|$|\.| here| in the (?:problem|question|statement))|\bunder-?determined\b"
        r"|\bwhat(?:'s| is| information is) (?:missing|unknown|not known)|\b(?:unknown|missing)"
        r" (?:is|are|here is)\b|\bthe unknowns? (?:is|are|we)|\bunknown quantit(?:y|ies)",
    ),
    cue(
        "given known unknown unknowns knowns find needed want target know need required asked",
        r"<start>(?:given(?: information| data| values)?|knowns?(?: values| quantities|"
        r" information)?|unknowns?(?: values| quantities)?|to find|needed|required|what (?:we"
        r"|i)(?: already)? know|what (?:we|i) (?:need|want)(?: to (?:know|find))?|what(?:'s| is)"
        r" (?:given|asked|known|unknown|needed)|information (?:given|needed)|we know|we need|we"
        r" want|target|asked)[ *_]*:",
    ),
    cue(
        "what_do what_else to_know without_knowing need_one need_more list_what identify_what"
        " note_what down_what see_what out_what",
        r"<start>(?:so |okay,? |now,? )*what (?:do|else do) (?:we|i) (?:know|need|have|want)\b"
        r"|\b(?:we|i)(?:'d| would)?(?: still| also)? need(?:ed)? to know\b|\bwithout knowing\b"
        r"|\b(?:list|identify|note|write down|see|figure out) what(?:'s| is) (?:given|known"
        r"|asked|missing|unknown)\b|\bwe need (?:one )?more (?:equation|condition|constraint"
        r"|fact|information)",
    ),
    cue(
        "assume assuming assumption",
        r"\b(?:we|i)(?:'ll| will| have to| must| need to|'d have to) (?:have to )?(?:assume"
        r"|guess)\b(?=[^.\n]*\b(?:since|because|as (?:it|the|this)|not|n't|missing)\b)",
    ),
    cue(
        "what_we what_i",
        r"\b(?:here is|here's|this is|list|write down) what (?:we|i) (?:know|have|are given|need)",
    ),
    cue(
        "need",
        r"\b(?:i'd|we'd|i would|we would|one would) (?:also |still |first )?need\b(?! to"
        r" (?!know))|\bneed(?:s|ed)? (?:more|additional|further) (?:\w+ )?(?:information|data"
        r"|facts|details|context)",
    ),
    cue(
        "leaves omits lacks fails silent vague ambiguous unclear says incomplete missing"
        " underspecified",
        r"\b(?:problem|question|statement|text)(?: statement| itself)? (?:leaves out|leaves open"
        r"|omits|lacks|fails to|is silent|is vague|is ambiguous|is unclear|says nothing|is"
        r" incomplete|is missing|is underspecified)",
    ),
    cue(
        "lack missing lacking",
        r"\b(?:we|i)(?:'re| are| am)? (?:lack|lacking|missing) (?:the|a|an|any|some|one"
        r"|information)\b",
    ),
    cue(
        "clear unclear",
        r"\b(?:isn't|is not|it's not|not) (?:\w+ )?clear (?:from|how|what|whether|which|if|who"
        r"|when)\b|\b(?:is|are|it's) unclear\b",
    ),
    cue("don't do", r"\bwhat (?:we|i) (?:don't|do not) (?:yet |know)"),
    cue("unknown", r"\b(?:is|are|remains?) (?:still |currently )?unknown\b"),
    cue(
        "no_mention no_information no_indication no_data no_word no_detail",
        r"\bno (?:mention|information|indication|data|word|details?) (?:of|about|on|regarding|is"
        r" given|given|as to)\b",
    ),
    cue("what", r"\bwhat (?:information|data|facts?) (?:do|are|is|does)\b"),
    cue(
        "nowhere",
        r"\bnowhere (?:does|do|is|are|did|was|in the (?:problem|question|text"
        r"|statement))\b(?! else)",
    ),
    cue(
        "no_way not_possible impossible no_telling",
        r"\b(?:there's|there is|we have|i have|i see|with) no way (?:to (?:tell|know|say|decide"
        r"|determine|find|work out|pin)|of (?:knowing|telling|saying))|\bthere(?:'s"
        r"| is) no telling\b",
    ),
    cue(
        "tell say",
        r"\b(?:we|i|one) (?:can't|cannot|can not|couldn't) (?:really |yet |even )?(?:tell|say"
        r"|know)"
        r" (?:how|which|what|when|where|who|from|whether)\b",
    ),
    cue(
        "all_we all_i only_thing only_fact all_that",
        r"\b(?:all|the only (?:thing|fact|information|data)|everything) (?:that )?(?:we|i)(?:'re"
        r"| are"
        r"|'ve been| have been)? (?:know|told|given|have)\b(?! to)[^.\n]{0,20}\b(?:is|are)\b",
    ),
    cue(
        "unknowns equation equations conditions facts",
        r"\b(?:unknowns|variables)\b[^.\n]{0,30}\b(?:only|just|but) (?:\w+ )?(?:one|a single|two)"
        r"(?: \w+)? (?:equations?|conditions?|relations?)|\bmore unknowns than\b|\b(?:not enough"
        r"|too few|fewer) (?:equations|conditions|facts|constraints|relations)\b",
    ),
    cue(
        "given know have told",
        r"\b(?:we|i)(?:'re| are|'ve been)? (?:given|know|told|have) [^.\n]{2,70}\bbut (?:not\b"
        r"|what"
        r" is asked|what we (?:need|want)|we (?:need|want|don't|are asked|lack)|the question asks"
        r"|it"
        r" asks|nothing|no\b)",
    ),
    cue(
        "missing",
        r"\bthe (?:only )?missing (?:piece|link|ingredient|value|number|information|quantity|part"
        r"|fact|data)s? (?:is|are|here|would be)\b",
    ),
    cue(
        "help helpful",
        r"\bit would (?:help|be (?:helpful|useful|good|nice)) to (?:know|have|be (?:told|given))\b"
        r"|\bif (?:only )?we (?:knew|were told|were given|had been told)\b",
    ),
    cue(
        "unspecified unstated undefined undetermined ungiven",
        r"\b(?:is|are|was|were|left|remains?) (?:left |still )?(?:unspecified|unstated|not"
        r" specified|undetermined)\b",
    ),
    cue(
        "hinges depends",
        r"\b(?:hinges|depends) on\b[^.\n]{1,60}\b(?:which|but|and) (?:we|i|is|it|that)"
        r"(?:'s| is| are)? ?(?:not|n't|don't|do not|haven't|unknown|never|do(?:es)? not)",
    ),
    cue(
        "have want wanted data facts asked goal missing unknown",
        r"<start>(?:what (?:we|i) have|have|data|facts|known facts|want(?:ed)?|asked(?: for)?"
        r"|missing|still missing|still unknown)[*_ ]*:(?=[^\n]*\S|[*_ ]*$)",
    ),
    cue(
        "idea",
        r"\b(?:we|i) have no (?:idea|information|data|clue|knowledge|details?|value|figure|number)"
        r" (?:\w+ )?(?:how|what|which|about|of|on|for|when|where|who|whether)\b",
    ),
    cue(
        "enough",
        r"\b(?:that|this|it)(?:'s| is|'s| alone is| alone isn't| isn't)(?: \w+)? (?:not )?enough"
        r" to (?:determine|find|solve|decide|tell|answer|pin|conclude)\b(?<!is enough)"
        r"|\benough to go"
        r" on\b|\b(?:we|i)(?:'d| would| will|'ll)? need (?:one|another|a second|a third)(?: more)?"
        r" (?:equation|condition|fact|piece|data point|relation)\b",
    ),
    cue(
        "proved proven shown justified verified established addressed settled checked used ruled"
        " handled demonstrated",
        r"\b(?:i|we)(?:'ve| have)?(?: not|n't| never)(?: yet| actually| really)? (?:proved|proven"
        r"|shown"
        r"|justified|verified|established|addressed|settled|ruled out|demonstrated)\b"
        r"|\b(?:hasn't|haven't|has not|have not|was never|were never|isn't|is not)(?: yet| been"
        r"| actually| really)* (?:proved|proven|justified|addressed|settled|demonstrated"
        r"|verified)\b",
    ),
    cue(
        "know",
        r"\b(?:i|we) (?:don't|do not) (?:actually |yet |really )?know (?:that|yet|for)\b"
        r"|\bhow (?:do|can|would|could) (?:i|we) (?:actually |really )?know (?:that|if|whether)\b",
    ),
    cue(
        "justification reason argument proof",
        r"\b(?:i|we) (?:don't|do not|can't|cannot) (?:yet |really )?(?:see|have|find) (?:any|a|an"
        r"|the)"
        r" (?:\w+ )?(?:justification|argument|proof|justified reason|bound|formula|reason why)\b"
        r"|\b(?:needs?|lacks?|missing|without) (?:a|any|some|the) (?:\w+ )?(?:justification"
        r"|argument"
        r"|proof)\b(?! of purchase)",
    ),
    cue(
        "lack missing lacking want need settled don't not",
        r"\bwhat(?:'s| (?:i|we)(?:'d|'m|'re|'ve| am| are| have| would)?)(?: still| really)?"
        r" (?:lack(?:ing)?|missing|want to know|need to know|not (?:settled|shown|proved|proven"
        r"|established|covered|given))\b|\b(?:thing|piece|part|fact|number|quantity|ingredient"
        r"|value|one) (?:that )?(?:i'm|i am|we're|we are) (?:still )?(?:missing|lacking)\b"
        r"|\b(?:thing|piece|part|fact|quantity|ingredient|value|one) (?:that |which )?(?:i|we)"
        r" (?:still )?(?:don't|do not) (?:yet )?have\b",
    ),
    cue(
        "info information clue details data hint",
        r"\b(?:there's|there is|there are|we have|i have|we're given|with) no (?:\w+ )?(?:info"
        r"|clue"
        r"|hint|further (?:data|details))\b",
    ),
    cue(
        "nothing",
        r"\bnothing (?:(?:here|there|else) |in (?:the|this) (?:\w+ )?(?:problem|question|statement"
        r"|text|prompt|setup) )?(?:that )?(?:gives|says|tells|decides|fixes|determines|pins"
        r"|specifies|rules out|forces|settles)\b",
    ),
    cue(
        "handle bound way formula argument relation equation expression lemma condition",
        r"\b(?:i|we) (?:still|also) need (?:a|an|some|one more|another) (?:\w+ )?(?:handle|bound"
        r"|way"
        r" to|formula|argument|relation|equation|expression|lemma|condition|justification)\b",
    ),
    cue(
        "none",
        r"\b(?:is|are|'d be) (?:needed|required|missing)[^.\n]{0,40}\b(?:have|there(?:'s| is"
        r"| are)) none\b"
        r"|\bbut (?:we have|there is|there are|i have) none\b",
    ),
    cue(
        "give imply show prove establish determine guarantee",
        r"\b(?:doesn't|does not|don't|do not) (?:yet |by itself |alone )(?:give|imply|show|prove"
        r"|establish|determine|guarantee|tell|suffice)\b",
    ),
    cue(
        "open missing unproved unproven unjustified unresolved unsettled",
        r"\b(?:case|direction|question|part|converse|claim|step|half|implication|bound|uniqueness"
        r"|existence|inequality)\b[^.,\n]{0,30} (?:is|are|remains?) (?:still )?(?:open\b(?! (?:on"
        r"|until|from|at))|unproved|unproven|unjustified|unresolved|unsettled)",
    ),
    cue(
        "rests hinges relies",
        r"\b(?:rests|hinges|relies) (?:entirely |only )?on the (?:\w+ )?(?:claim|assumption)\b",
    ),
    cue(
        "formula way argument idea value",
        r"\bwhere (?:i|we) have no (?:formula|way|argument|idea|value|information|bound)\b"
        r"|\b(?:i|we) have no (?:formula|argument|proof|bound|way) (?:for|of|to)\b",
    ),
    cue(
        "gap gaps",
        r"\b(?:gap|gaps|hole) in (?:my|our|the|this) (?:\w+ )?(?:argument|proof|reasoning"
        r"|information|data|knowledge|derivation)\b|\b(?:there's|there is|one|the|a) (?:\w+ )?gap"
        r" (?:here|remains|is that)\b",
    ),
    cue(
        "known",
        r"\bwhat(?:'s| is) (?:already )?known(?: so far)?\b(?=[:.,]| and\b| is\b)",
    ),
    cue(
        "needs",
        r"\bneeds [^.\n]{1,30}, (?:and|but|which) (?:we|i|nothing|that|it|is|the problem)\b"
        r"[^.\n]{0,40}(?:n't\b|\bnot\b|\bno\b|nothing|never|unknown)",
    ),
)
