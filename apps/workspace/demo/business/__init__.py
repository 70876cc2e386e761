"""The business of the demo company: leads, opportunities, contracts, engagements, settlements, money, credit.

`plots` decides how far each piece of business goes (pure functions of a seed), `story` plays one of them through the
services, in the parts `sales`, `contracts`, `work` and `money`; `leads` and `credit` tell what happens beside them.
"""
