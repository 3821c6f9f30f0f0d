//! What is asked: a principal wants to use a skill on an entity, in a context, for a purpose.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::identifier::TicketId;
use crate::naming::expect_name_or_none;
use crate::principal::Principal;
use crate::value::Name;

/// A request to begin one operation.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub(crate) principal: Cow<'a, Principal>,
    pub(crate) skill: Name,
    pub(crate) entity: Option<Name>,
    pub(crate) context: Name,
    pub(crate) purpose: String,
    pub(crate) ticket: Option<TicketId>,
}

impl<'a> Request<'a> {
    /// `principal` wants to use `skill`.
    #[must_use]
    pub fn new(principal: &'a Principal, skill: impl Into<Name>) -> Self {
        Self {
            principal: Cow::Borrowed(principal),
            skill: skill.into(),
            entity: None,
            context: Name::from(""),
            purpose: String::new(),
            ticket: None,
        }
    }

    /// On this entity; may be left out when the skill names just one.
    #[must_use]
    pub fn entity(mut self, entity: impl Into<Name>) -> Self {
        self.entity = Some(entity.into());
        self
    }

    /// In this AI context, such as `sales_copilot`.
    #[must_use]
    pub fn context(mut self, context: impl Into<Name>) -> Self {
        self.context = context.into();
        self
    }

    /// For this purpose, kept in the audit.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = purpose.into();
        self
    }

    /// Under this granted ticket: a proposal whose digest is the approved one spends it.
    #[must_use]
    pub fn ticket(mut self, ticket: TicketId) -> Self {
        self.ticket = Some(ticket);
        self
    }

    /// Holds names and purpose to their limits, since all of them go into the audit as they are.
    pub(crate) fn check(&self) -> Result<()> {
        self.principal.check()?;
        expect_name_or_none("the request's skill", &self.skill)?;
        expect_name_or_none("the request's context", &self.context)?;
        expect_name_or_none("the request's entity", self.entity.as_deref().unwrap_or(""))?;
        if self.purpose.len() > MAX_PURPOSE_BYTES {
            let message =
                format!("the request's purpose is over the limit of {MAX_PURPOSE_BYTES} bytes");
            return Err(Error::new(ErrorKind::Input, message).with_help("say it shorter"));
        }
        Ok(())
    }
}

/// The longest purpose (`purpose_bytes`).
const MAX_PURPOSE_BYTES: usize = 4_096;
