//! The skills guardrail: which AI capabilities exist, who may use them, and how often.
