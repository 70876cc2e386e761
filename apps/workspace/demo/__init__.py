"""A believable agency company: people, two years of expense claims, and what waits today.

`content` and `plans` decide what happens (pure functions of a seed and a day), `stage` and `lives` let it happen
through the services of the house, each event at its own moment; `builder` puts them together.
"""
