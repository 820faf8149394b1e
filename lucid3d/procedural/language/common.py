"""English words that carry no wish: they are passed over in silence, and never taken for a misspelt one."""

from __future__ import annotations

_SILENT_WORDS = """
    k s x p hd uhd
        a an the this that these those it its i me my mine we us our you your he she they them their his her of to into
    onto at on in by for from as is are was were be been being am do does did done has have had having will would
    shall should can could may might must and or nor but so than then there here where when while what which who
    whom whose how why if because though although until till about above across after again against all almost along
    already also always among any anything around away back before behind below beneath beside besides between
    beyond both down during each either else ever every everything everywhere far few first go goes going gone good
    got just keep kind last least left let like liked look looking looks made make makes making many more most much
    near nearby need never new next nice no none not nothing now off often once one only other others out outside
    over own part per perhaps place please put quite rather real really right same scene see seen set several show
    shows showing side since some something sort still such take taken takes tell through thing things think time
    times too towards toward two under underneath up upon use used very via want wants way ways well went whole with
    within without world worlds yet image picture render rendering rendered view views shot style styled background
    foreground distance middle centre center top bottom front edge inside interior create generate draw drawn
    imagine somewhere standing stand stands sitting sit lying lies overlooking overlook filled covered surrounded
    lined full wide angle close give given gives get gets day's end ends start starts begin begins long ago bit lot
    lots piece pieces pair couple hundred thousand dozen three four five six seven eight nine ten eleven twelve
    twenty inspired quality best masterpiece super ultra extremely highly prompt detail details slowly softly gently
    leading leads lead running runs run rising rises rise falling falls fall coming comes come hanging hangs hang
    growing grows grow floating floats float shining shines shine reflecting reflects reflected reflection
    reflections colour color colours colors sky air light lighting atmosphere mood weather season horizon ground
    land floor ceiling room rooms space earth nature area country
"""
SILENT = frozenset(_SILENT_WORDS.split())
"""Words without a meaning of their own here. The vocabulary is asked first, so some may still mean something."""

_UNDRAWN_WORDS = """
    person man woman child boy girl people crowd human knight soldier wizard princess king queen family friend lover
    tourist farmer fisherman monk samurai pirate astronaut robot alien monster ghost zombie witch fairy elf dragon
    unicorn mermaid animal cat dog horse cow sheep goat pig chicken duck swan goose bird eagle seagull owl parrot
    penguin bear wolf fox deer rabbit lion tiger elephant camel monkey whale dolphin fish shark frog snake crocodile
    butterfly bee spider insect dinosaur reindeer bat mouse
"""
UNDRAWN = frozenset(_UNDRAWN_WORDS.split())
"""People and animals: understood, but no rule here draws them."""
