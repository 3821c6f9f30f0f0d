//! The guard as a service uses it: core's guard, with policies from files, a database behind it, and
//! both watched for changes.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use guardrails_core::audit::{Keys, PolicyUse};
use guardrails_core::{Clock, Entropy, Error, ErrorKind, Name, Problem, Refreshed, Result, Value};
use guardrails_orm::{Database, InterruptedOperation, OpenOptions};
use guardrails_rules::Parameters;

use crate::audit_key::KeySource;
use crate::fingerprint::Fingerprint;
use crate::operating_system::{OsEntropy, SystemClock};
use crate::reload::{BeforeSwap, Policies, Reload, Reloads};
use crate::watch::{Watch, Watched};

/// Compiled policies plus stores. Cheap to clone; all clones are one guard.
///
/// It is a [`guardrails_core::Guard`] and does all that one does; what it adds is below.
#[derive(Clone)]
pub struct Guard {
    core: guardrails_core::Guard,
    own: Arc<Own>,
}

/// What the facade adds to core's guard.
struct Own {
    database: Arc<Database>,
    reloads: Option<Arc<Reloads>>,
    shadow_reloads: Option<Arc<Reloads>>,
    /// Stops when the last clone is dropped.
    _watch: Option<Watch>,
}

/// Whether a guard looks for changes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watching {
    On,
    Off,
}

/// What the host wants called with each new problem.
type ProblemListener = Arc<dyn Fn(&Problem) + Send + Sync>;

/// Says what a guard is made of.
#[derive(Clone)]
pub struct GuardBuilder {
    policies: Option<PathBuf>,
    shadow_policies: Option<PathBuf>,
    parameters: Parameters,
    before_swap: BeforeSwap,
    store: Option<String>,
    table_prefix: Option<String>,
    key: Option<KeySource>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    watching: Watching,
    permissions_max_age: Option<Duration>,
    max_open_tickets: Option<usize>,
    operation_limits: guardrails_core::OperationLimits,
    listener: Option<ProblemListener>,
}

impl GuardBuilder {
    /// The folder of `.guard` files, or one file. Without it everything is refused.
    #[must_use]
    pub fn policies(mut self, path: impl Into<PathBuf>) -> Self {
        self.policies = Some(path.into());
        self
    }

    /// Another folder of `.guard` files, or one file: a *shadow policy* that is asked beside the one in
    /// force and has no effect. What it would have answered is in the audit, and with each decision as
    /// [`Decision::shadow_policy`](crate::Decision::shadow_policy).
    ///
    /// It is read, watched and, with [`BeforeSwap::RunTests`], tested like the others, under the same
    /// parameters. One that is refused keeps nothing from opening: see [`Guard::last_shadow_reload`].
    #[must_use]
    pub fn shadow_policies(mut self, path: impl Into<PathBuf>) -> Self {
        self.shadow_policies = Some(path.into());
        self
    }

    /// Sets a parameter of the policies (`param REP_LIMIT : percent = 15%`): 20 or `"20%"` for a
    /// percent, `"80000 CNY"` for an amount, as a record would hold it. One that the policies do not
    /// declare, or that does not fit, is an error when the guard opens. What is set is part of the
    /// policy's digest, and holds for each bundle that is reloaded.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// What a bundle must stand before it is put in force; [`BeforeSwap::Compile`] unless said
    /// otherwise. It holds for opening too: else a restart would let in what a reload refused.
    #[must_use]
    pub fn before_swap(mut self, before_swap: BeforeSwap) -> Self {
        self.before_swap = before_swap;
        self
    }

    /// The database: `sqlite://guard.db?mode=rwc`, `postgres://…` or `mysql://…`, as the features of
    /// this crate allow.
    #[must_use]
    pub fn store(mut self, address: impl Into<String>) -> Self {
        self.store = Some(address.into());
        self
    }

    /// What the names of the guard's tables begin with; `guard_` unless set, see
    /// [`OpenOptions::table_prefix`].
    #[must_use]
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.table_prefix = Some(prefix.into());
        self
    }

    /// Where the audit's secret is. With SQLite it may be left out: it then is in a file beside the
    /// database, made on first use.
    #[must_use]
    pub fn audit_key(mut self, key: KeySource) -> Self {
        self.key = Some(key);
        self
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another source of random numbers than the operating system's.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// Does not look for changes of policies and tables by itself; [`Guard::refresh`] does.
    #[must_use]
    pub fn without_watching(mut self) -> Self {
        self.watching = Watching::Off;
        self
    }

    /// How old permissions may be; see [`guardrails_core::GuardBuilder::permissions_max_age`].
    #[must_use]
    pub fn permissions_max_age(mut self, age: Duration) -> Self {
        self.permissions_max_age = Some(age);
        self
    }

    /// How many open approval tickets one user may have (`OPEN_TICKETS_LIMIT`); 100 unless named.
    #[must_use]
    pub fn max_open_tickets(mut self, most: usize) -> Self {
        self.max_open_tickets = Some(most);
        self
    }

    /// How much one operation may do: its age, its proposals, the records it is handed.
    #[must_use]
    pub fn operation_limits(mut self, limits: guardrails_core::OperationLimits) -> Self {
        self.operation_limits = limits;
        self
    }

    /// Who hears, once, of each problem that [`Guard::health`](crate::CoreGuard::health) comes to tell
    /// of: the host's log. It is called from the thread that watches, or from the one that asks.
    #[must_use]
    pub fn on_problem(mut self, listener: impl Fn(&Problem) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Compiles the policies, opens the database, and reports what a process before left unfinished.
    ///
    /// # Errors
    /// [`ErrorKind::Policy`] with diagnostics; [`ErrorKind::Setup`] for a missing store, key or
    /// file, or a failed self-test; [`ErrorKind::Store`] when the database does not answer.
    pub fn open(self) -> Result<Guard> {
        guardrails_rules::action::self_test()?;
        let address = self.store.as_deref().ok_or_else(|| {
            Error::new(ErrorKind::Setup, "the guard was built without a store")
                .with_help("call `.store(\"sqlite://guard.db?mode=rwc\")` before `.open()`")
        })?;
        // Before a key is asked for, or made beside what is no database.
        guardrails_orm::check_address(address)?;
        let bundle = |path: &Option<PathBuf>| {
            path.clone().map(|path| Policies {
                path,
                parameters: self.parameters.clone(),
                before_swap: self.before_swap,
            })
        };
        let (policies, shadow) = (bundle(&self.policies), bundle(&self.shadow_policies));
        // Before the files are read, so that an edit made meanwhile is seen as one.
        let seen = |policies: &Option<Policies>| {
            let path = policies.as_ref().map(|policies| &policies.path);
            path.map(|path| Fingerprint::of(path))
        };
        let (seen, shadow_seen) = (seen(&policies), seen(&shadow));
        let policy = match &policies {
            Some(policies) => policies.load()?,
            None => guardrails_core::policy::Policy::empty(),
        };
        let keys = Arc::new(self.keys(address)?);
        let mut options = OpenOptions::new(keys.clone(), self.clock.clone(), self.entropy.clone());
        if let Some(prefix) = &self.table_prefix {
            options = options.table_prefix(prefix);
        }
        let database = Database::open(address, options)?;
        let mut core = guardrails_core::Guard::builder()
            .policy(policy)
            .store(database.clone())
            .clock(self.clock.clone())
            .entropy(self.entropy.clone())
            .keys(keys)
            .operation_limits(self.operation_limits);
        if let Some(age) = self.permissions_max_age {
            core = core.permissions_max_age(age);
        }
        if let Some(most) = self.max_open_tickets {
            core = core.max_open_tickets(most);
        }
        if let Some(listener) = self.listener.clone() {
            core = core.on_problem(move |problem| listener(problem));
        }
        let core = core.open()?;
        let reloads = |policies: Option<Policies>, for_use| {
            policies.map(|policies| Arc::new(Reloads::of(policies, for_use, self.clock.clone())))
        };
        let shadow_reloads = reloads(shadow, PolicyUse::Shadow);
        let reloads = reloads(policies, PolicyUse::InForce);
        if let Some(shadow) = &shadow_reloads {
            // What came of it is kept there; it must not keep the policy in force from working.
            let _ = shadow.reload(&core);
        }
        let watch = match self.watching {
            Watching::On => {
                let bundles = [(&reloads, seen), (&shadow_reloads, shadow_seen)];
                let watched = bundles
                    .into_iter()
                    .filter_map(|(reloads, seen)| Some(Watched::since(reloads.clone()?, seen?)));
                Some(Watch::start(core.clone(), watched.collect())?)
            }
            Watching::Off => None,
        };
        Ok(Guard {
            core,
            own: Arc::new(Own {
                database,
                reloads,
                shadow_reloads,
                _watch: watch,
            }),
        })
    }

    fn keys(&self, address: &str) -> Result<Keys> {
        key_source(self.key.as_ref(), address)?.keys(&*self.entropy)
    }
}

/// The key that was named, or the file beside a SQLite database.
pub(crate) fn key_source(named: Option<&KeySource>, address: &str) -> Result<KeySource> {
    if let Some(key) = named {
        return Ok(key.clone());
    }
    let path = address
        .strip_prefix("sqlite:")
        .map(|rest| rest.trim_start_matches("//"))
        .and_then(|rest| rest.split('?').next())
        .filter(|path| !path.is_empty() && !path.contains(":memory:"));
    match path {
        Some(path) => Ok(KeySource::File(PathBuf::from(format!("{path}.key")))),
        None => Err(Error::new(
            ErrorKind::Setup,
            "the audit key of this database is not named",
        )
        .with_help(
            "name a key file: `audit_key` where the guard is opened, `--key` on the command line",
        )),
    }
}

fn without(what: &str) -> Error {
    let message = format!("this guard was built without {what}");
    Error::new(ErrorKind::Setup, message)
}

impl Guard {
    /// Starts building a guard.
    #[must_use]
    pub fn builder() -> GuardBuilder {
        GuardBuilder {
            policies: None,
            shadow_policies: None,
            parameters: Parameters::new(),
            before_swap: BeforeSwap::default(),
            store: None,
            table_prefix: None,
            key: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            watching: Watching::On,
            permissions_max_age: None,
            max_open_tickets: None,
            operation_limits: guardrails_core::OperationLimits::default(),
            listener: None,
        }
    }

    /// Reads the policies again and puts them in force as a whole. A bundle that does not stand
    /// what [`GuardBuilder::before_swap`] asks is refused, and the one before stays.
    ///
    /// # Errors
    /// As [`GuardBuilder::open`]; [`ErrorKind::Setup`] when the guard has no policies of its own.
    pub fn reload(&self) -> Result<()> {
        let reloads = self.own.reloads.as_ref();
        let reloads = reloads.ok_or_else(|| without("policies"))?;
        reloads.reload(&self.core)
    }

    /// Reads the shadow policy again. One that is refused leaves the one before where it was.
    ///
    /// # Errors
    /// As [`Guard::reload`].
    pub fn reload_shadow(&self) -> Result<()> {
        let reloads = self.own.shadow_reloads.as_ref();
        let reloads = reloads.ok_or_else(|| without("shadow policies"))?;
        reloads.reload(&self.core)
    }

    /// What came of the last time that the shadow policy was read, when the guard was opened or since;
    /// none when it has no [`GuardBuilder::shadow_policies`].
    #[must_use]
    pub fn last_shadow_reload(&self) -> Option<Arc<Reload>> {
        self.own.shadow_reloads.as_ref()?.last()
    }

    /// What came of the last time that the policies were read again, by the watch or by
    /// [`Guard::reload`]; none while they are those that the guard was opened with.
    #[must_use]
    pub fn last_reload(&self) -> Option<Arc<Reload>> {
        self.own.reloads.as_ref()?.last()
    }

    /// Looks for changes of permissions, roles and skills now, instead of waiting for the watch.
    ///
    /// # Errors
    /// As [`guardrails_core::Guard::refresh`].
    pub fn refresh(&self) -> Result<Refreshed> {
        self.core.refresh()
    }

    /// Operations that a process before left unfinished, as found when this guard was opened.
    #[must_use]
    pub fn interrupted(&self) -> &[InterruptedOperation] {
        self.own.database.interrupted()
    }

    /// The database behind this guard: its tables' rows can be administered through the traits of
    /// [`guardrails_core`].
    #[must_use]
    pub fn database(&self) -> &Arc<Database> {
        &self.own.database
    }
}

impl Deref for Guard {
    type Target = guardrails_core::Guard;

    fn deref(&self) -> &Self::Target {
        &self.core
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.core.fmt(f)
    }
}
