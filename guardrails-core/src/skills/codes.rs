//! The codes of findings about role lines: one table, each with a title and an explanation.

/// One code and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineCode {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// What the guard does about it, and why.
    pub explanation: &'static str,
    /// A line, or an addition to one, that causes it.
    pub example: &'static str,
}

pub(super) const KIND: &str = "G0701";
pub(super) const COUNT: &str = "G0702";
pub(super) const VALUE: &str = "G0703";
pub(super) const ACT: &str = "G0704";
pub(super) const EFFECT: &str = "G0705";
pub(super) const CYCLE: &str = "G0706";
pub(super) const DEEP: &str = "G0707";
pub(super) const MANY: &str = "G0708";
pub(super) const WILDCARD: &str = "G0709";
pub(super) const UNKNOWN_SKILL: &str = "G0710";
pub(super) const LARGE: &str = "G0711";
pub(super) const MORE: &str = "G0712";

/// All codes of this room.
pub const CODES: &[LineCode] = &[
    LineCode {
        code: KIND,
        title: "a role line is neither `p` nor `g`",
        explanation: "Only permissions (`p`) and inheritance (`g`) exist. The line grants nothing; \
                      unless its effect reads `allow` it is taken for a denial.",
        example: "p2, SALES_REP, acme, quote.draft, use, allow",
    },
    LineCode {
        code: COUNT,
        title: "a role line has too few or too many values",
        explanation: "`p` has five values (role, tenant, skill, act, effect), `g` three (member, \
                      role, tenant). Casbin would fail every request over such a line; the guard \
                      leaves it out, and restricts what it may have restricted.",
        example: "p, SALES_REP, acme, quote.draft",
    },
    LineCode {
        code: VALUE,
        title: "a value of a role line cannot be a name",
        explanation: "A name is 1 to 256 bytes, without white space at its ends, control or \
                      invisible characters, commas, quotes, back-ticks, backslashes, parentheses \
                      or `#`. Such values are how text becomes code, or one name passes for \
                      another.",
        example: "p, eval(r.sub), acme, quote.draft, use, allow",
    },
    LineCode {
        code: ACT,
        title: "the act of a permission is not `use`",
        explanation: "A skill is used; there is no other act. The line grants nothing.",
        example: "p, SALES_REP, acme, quote.draft, read, allow",
    },
    LineCode {
        code: EFFECT,
        title: "the effect of a permission is neither `allow` nor `deny`",
        explanation: "Casbin passes such a line over in silence, so a misspelt denial would deny \
                      nothing. The guard takes it for a denial.",
        example: "p, SALES_REP, acme, quote.draft, use, Deny",
    },
    LineCode {
        code: CYCLE,
        title: "roles inherit each other in a circle",
        explanation: "No role of the circle is above another. All lines of the circle are left \
                      out, and its roles may use no skill in the tenant until it is opened.",
        example: "g, LEAD, REP, acme and g, REP, LEAD, acme",
    },
    LineCode {
        code: DEEP,
        title: "a chain of inheritance is too long",
        explanation: "A role may have roles above it at most eight steps high. Casbin stops \
                      looking further up and would pass denials over. The lines that are too high \
                      are left out, and their members may use no skill in the tenant.",
        example: "g, R0, R1, acme up to g, R8, R9, acme",
    },
    LineCode {
        code: MANY,
        title: "there are too many role lines",
        explanation: "More than 200,000 lines are not loaded at all, because which of them to leave \
                      out cannot be known; everything is refused.",
        example: "a table of 200,001 lines",
    },
    LineCode {
        code: WILDCARD,
        title: "`*` stands where it has no meaning",
        explanation: "`*` alone may be the tenant or the skill of a permission. It is no pattern \
                      inside a name, no role, and no tenant of an inheritance: Casbin would take \
                      it for a name there, and match nothing.",
        example: "p, SALES_REP, acme, quote.*, use, deny",
    },
    LineCode {
        code: UNKNOWN_SKILL,
        title: "a permission names a skill that the policy does not have",
        explanation: "The line is kept and has no effect until such a skill is registered. A \
                      misspelt denial denies nothing.",
        example: "p, SALES_REP, acme, qoute.draft, use, deny",
    },
    LineCode {
        code: LARGE,
        title: "the roles inherit too much from each other",
        explanation: "Worked out for each role, the permissions are more than the index may hold. \
                      Nothing is decided by a part of it; everything is refused.",
        example: "50,000 roles that each inherit from the same two roles of 50,000 skills",
    },
    LineCode {
        code: MORE,
        title: "there are more findings than are listed",
        explanation: "The first hundred are listed. All lines with findings are treated the same.",
        example: "a table with 101 bad lines",
    },
];
