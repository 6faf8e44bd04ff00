"""The demonstration: a synthetic police records world, its policy repository and its access log.

Nobody in it is real. Whatever shows it to a person says `BANNER`.
"""

from typing import Final

BANNER: Final = "Demonstration – not issued by any city"
