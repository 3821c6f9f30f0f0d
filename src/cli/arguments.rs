//! The arguments that several commands share: the format, which policies, what is set of their parameters.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use guardrails_rules::{Bundle, Parameters};

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people; colour only on a terminal
    #[value(alias = "text")]
    Human,
    /// One finding per line: `file:line:column: severity[CODE]: message`; never coloured
    Plain,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// JUnit's XML, for build servers
    Junit,
    /// Workflow commands of GitHub Actions
    Github,
}

impl Format {
    /// The formats of a command that finds things.
    pub(super) const FINDINGS: &'static [Self] = &[
        Self::Human,
        Self::Plain,
        Self::Json,
        Self::Sarif,
        Self::Junit,
        Self::Github,
    ];
    /// The formats of all others.
    pub(super) const ANSWERS: &'static [Self] = &[Self::Human, Self::Plain, Self::Json];

    /// The word of the option.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
        }
    }
}

/// Which policies.
#[derive(Debug, Clone, Args)]
pub(super) struct Policies {
    /// The folder of `.guard` files, or one file
    #[arg(default_value = "policies")]
    pub(super) policies: PathBuf,
    #[command(flatten)]
    pub(super) set: Set,
}

impl Policies {
    /// The bundle, with what was set.
    pub(super) fn bundle(&self) -> crate::Result<Bundle> {
        Ok(Bundle::read(&self.policies)?.with_parameters(self.set.parameters()?))
    }
}

/// What is set of the policies' parameters.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Set {
    /// Set a parameter of the policies, such as `--set REP_LIMIT=20%`
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
}

impl Set {
    pub(super) fn parameters(&self) -> crate::Result<Parameters> {
        let mut parameters = Parameters::new();
        for set in &self.set {
            let (name, value) = set.split_once('=').ok_or_else(|| {
                crate::Error::new(
                    crate::ErrorKind::Input,
                    format!("`--set {set}` does not name a value"),
                )
                .with_help("write `--set NAME=VALUE`, such as `--set REP_LIMIT=20%`")
            })?;
            parameters.insert(name.trim().into(), crate::Value::from(value.trim()));
        }
        Ok(parameters)
    }
}
