//! Who asks: a person of a tenant, and the agent and model acting for them.

use std::fmt;
use std::time::Duration;

use rust_decimal::Decimal;

use crate::activity::{Activity, window_name};
use crate::error::{Error, ErrorKind, Result};
use crate::naming::{expect_name, expect_name_or_none, expect_visible};
use crate::value::{Fields, Name, Value};

/// An authenticated person and the AI acting for them.
///
/// The guard believes what the host says here, as a database believes its connection: authenticate
/// first, then build the principal from the session, never from the model's words.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    tenant: Name,
    user: Name,
    /// In name order, each once: two spellings of one role set share a plan.
    roles: Vec<Name>,
    attributes: Fields,
    agent: Name,
    model: Name,
    language: Name,
    risk_score: Decimal,
    /// What the host counted, by activity and window.
    observed: Vec<(Activity, Name, u64)>,
}

impl Principal {
    /// User `user` of `tenant`, with no role yet.
    #[must_use]
    pub fn user(tenant: impl Into<Name>, user: impl Into<Name>) -> Self {
        Self {
            tenant: tenant.into(),
            user: user.into(),
            roles: Vec::new(),
            attributes: Fields::new(),
            agent: Name::from(""),
            model: Name::from(""),
            language: Name::from(""),
            risk_score: Decimal::ZERO,
            observed: Vec::new(),
        }
    }

    /// Adds a role.
    #[must_use]
    pub fn role(mut self, role: impl Into<Name>) -> Self {
        let role = role.into();
        if let Err(at) = self.roles.binary_search(&role) {
            self.roles.insert(at, role);
        }
        self
    }

    /// Adds an attribute, readable in policies as `actor.NAME`.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.attributes.set(name, value);
        self
    }

    /// Names the agent that acts for the user.
    #[must_use]
    pub fn agent(mut self, agent: impl Into<Name>) -> Self {
        self.agent = agent.into();
        self
    }

    /// Names the model that the agent runs on; name the agent as well. A principal with a model and no
    /// agent is refused wherever it is used.
    #[must_use]
    pub fn model(mut self, model: impl Into<Name>) -> Self {
        self.model = model.into();
        self
    }

    /// Names the language this person reads, as a BCP 47 tag such as `en` or `zh-CN`. Texts of the
    /// policy are told in it where the policy has them; it decides nothing else.
    #[must_use]
    pub fn language(mut self, tag: impl Into<Name>) -> Self {
        self.language = tag.into();
        self
    }

    /// The host's own risk score of this user, 0 (none) to 10; held to that range. Readable in
    /// policies as `behaviour.score`; 0 unless the host says otherwise.
    #[must_use]
    pub fn risk_score(mut self, score: impl Into<Decimal>) -> Self {
        self.risk_score = score.into().clamp(Decimal::ZERO, Decimal::TEN);
        self
    }

    /// What the host counted of this user's behaviour within the last `window`, readable in policies
    /// as `behaviour.calls(10m)`. What is not said here is missing there, and a rule on it applies.
    #[must_use]
    pub fn observed(mut self, what: Activity, window: Duration, count: u64) -> Self {
        let window = window_name(window);
        self.observed
            .retain(|(have, of, _)| (*have, of) != (what, &window));
        self.observed.push((what, window, count));
        self
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &Name {
        &self.tenant
    }

    /// The user's identifier.
    #[must_use]
    pub fn id(&self) -> &Name {
        &self.user
    }

    /// The roles the host assigned, in name order.
    #[must_use]
    pub fn roles(&self) -> &[Name] {
        &self.roles
    }

    /// Whether the host assigned this role.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles
            .binary_search_by(|have| (**have).cmp(role))
            .is_ok()
    }

    /// Holds the names to what a name may be. Every call that takes a principal does so first; a host that
    /// only needs the principal's tenant does it by this.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a flawed name, and for a model without an agent: a
    /// model acts as somebody's agent, and must not pass for the person.
    pub fn check(&self) -> Result<()> {
        expect_name("the principal's tenant", &self.tenant)?;
        expect_name("the principal's user", &self.user)?;
        for role in &self.roles {
            expect_name("the principal's role", role)?;
        }
        expect_name_or_none("the principal's agent", &self.agent)?;
        expect_name_or_none("the principal's model", &self.model)?;
        expect_name_or_none("the principal's language", &self.language)?;
        for (name, _) in &self.attributes {
            expect_visible("the name of the principal's attribute", name)?;
        }
        if self.agent.is_empty() && !self.model.is_empty() {
            let message = "the principal has a model and no agent";
            return Err(Error::new(ErrorKind::Input, message)
                .with_help("name the agent that runs on the model with `agent`"));
        }
        Ok(())
    }

    pub(crate) fn attributes(&self) -> &Fields {
        &self.attributes
    }

    pub(crate) fn agent_name(&self) -> &Name {
        &self.agent
    }

    pub(crate) fn model_name(&self) -> &Name {
        &self.model
    }

    pub(crate) fn observed_count(&self, what: &str, window: &str) -> Option<u64> {
        let found = self
            .observed
            .iter()
            .find(|(have, of, _)| have.as_str() == what && **of == *window);
        found.map(|(_, _, count)| *count)
    }

    pub(crate) fn spoken(&self) -> &Name {
        &self.language
    }

    pub(crate) fn behaviour_score(&self) -> Decimal {
        self.risk_score
    }
}

impl fmt::Debug for Principal {
    /// Without the attributes, which are the host's own data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("tenant", &self.tenant)
            .field("user", &self.user)
            .field("roles", &self.roles)
            .field("agent", &self.agent)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
