//! Facts that somebody made up: what an analysis or a test supposes about an operation that never
//! was. The guard's own facts come from an operation and from nowhere else.

use crate::facts::Facts;

impl<'a> Facts<'a> {
    /// Of a record that is still to be made: there is no old one.
    #[must_use]
    pub fn on_create(mut self) -> Self {
        self.has_old = false;
        self
    }

    /// In this AI context; empty for none.
    #[must_use]
    pub fn in_context(mut self, context: &'a str) -> Self {
        self.context = context;
        self
    }

    /// With this as the highest sensitivity among the fields touched, 0 to 5.
    #[must_use]
    pub fn touching(mut self, sensitivity: u8) -> Self {
        self.max_sensitivity = sensitivity;
        self
    }
}
