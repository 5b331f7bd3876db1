"""Missing: what a text says that it still lacks, for `gap_analysis`.

As in "what remains is the area", "the base is given, but the height isn't", "only one is given".
"""

from latent_reasoning.traces.cues import cue

MISSING = (
    cue(
        "",
        r"\bwhat(?:'s| is)? (?:still |now )?(?:remains|left|missing)(?: now| here| then| to \w+)?"
        r" (?:is|are)"
        r" (?:to |the (?!\w+ (?:of|is)\b)|whether |how |a proof|that )"
        r"|\bit (?:only |still |now |just )?remains (?:only )?to (?:show|prove|find|determine"
        r"|compute"
        r"|establish|verify|check|handle|count|deal|calculate|work|consider|bound|justify|rule)\b"
        r"|\b(?:only|last|one|sole) (?:thing|unknown|quantity|piece|value|part|ingredient"
        r"|coefficient)s?"
        r"(?: that(?:'s| is)?)? (?:(?:left|remaining) to \w+|missing|we lack|still needed) (?:is"
        r"|are)\b"
        r"|\b(?:yet|still|left) to be (?:determined|found|computed|calculated|shown|proved|proven"
        r"|established|worked out|justified)\b",
    ),
    cue(
        "",
        r"\b(?:is|are) (?:still |also |just )?missing (?:from|in) (?:the |this |our )?(?:problem"
        r"|statement"
        r"|question|text|givens)\b|\b(?:angle|side|height|length|value|speed|rate|base|radius"
        r"|equation"
        r"|condition|information|coefficient|acceleration|time)\b[^.\n]{0,40} (?:is|are) still"
        r" missing\b"
        r"|\b(?:diagram|figure|picture|graph|table|image|chart)s? (?:is not|isn't|was not|wasn't"
        r"|aren't|has"
        r" not been|hasn't been) (?:included|shown|attached|here|given|provided|available"
        r"|reproduced"
        r"|visible)\b"
        r"|\b(?:given|known|provided|stated|specified)\b[^.\n]{0,50}(?:, but|, though|;|, whereas"
        r"|,? while)"
        r" (?:the|its|our|that of) [^.\n]{2,25} (?:isn't|is not|aren't|are not)(?=[.,;]|$)",
    ),
    cue(
        "",
        r"\b(?:i|we) (?:haven't|have not|don't) (?:yet )?(?:found|computed|determined|got|shown"
        r"|proved"
        r"|used|figured out|worked out|established|have)\b[^.\n]{0,40} yet\b"
        r"|\b(?:i|we) don't yet (?:have|know)\b|<start>not (?:yet )?(?:known|found|shown"
        r"|determined)(?: yet"
        r")?[:,]|\b(?:i|we) know (?:all|both|only|two|three) [^.\n]{2,50} but (?:none|neither|not"
        r"|no)\b"
        r"|\bneed (?:two|three|four|another|a second|a third) (?:\w+ )?(?:equations?|conditions?"
        r"|relations?"
        r"|constraints?|facts?)\b[^.\n]{0,60}\bbut (?:only|we only|i only|there's only|there is"
        r" only|just"
        r"|one)\b",
    ),
    cue(
        "",
        r"\ball (?:that )?(?:the (?:statement|problem|question|text)|we're|we are|it) (?:tells us"
        r"|gives(?:"
        r" us)?|says|given|told) (?:is|are)(?::| the\b| that\b| how\b| a\b)"
        r"|\b(?:here's|here is|this is) what (?:the (?:problem|question|statement|text)|it|we're"
        r"|we are)"
        r" (?:gives?|asks?|asking|given|told|tells|wants)\b"
        r"|\bhere's what (?:i|we) (?:know|have|don't know|lack|am given|still need)\b"
        r"|\b(?:we|i)(?:'ll)? need (?:a|an|the|to know) [^.\n]{2,70}(?:,|;| and)? but (?:all|only"
        r"|the"
        r" (?:problem|statement|question)|it|that|we|i|none|neither|no) ?[^.\n]{0,50}(?:n't\b"
        r"|\bnot\b"
        r"|\bonly\b|\bno\b|\bnever\b|\bmissing\b|\bunknown\b|\btells\b|\bgives\b)",
    ),
)
