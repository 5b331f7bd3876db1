"""Looking at features: cards, rankings and a widget that steers, in Jupyter and on one page."""
