//! Fills the CRM with made-up business: the same rows in every run.
//!
//! Two companies share the database, as in a hosted CRM: `acme` (mostly Chinese customers) and
//! `globex` (mostly English ones). Identifiers count through both, so a number alone does not tell
//! whose record it is.

use super::notes::note;
use super::people::{Person, Tongue, person};
use super::random::Dice;
use super::schema::{contract, customer, quote};

/// All rows of the CRM.
pub(crate) struct Business {
    pub(crate) customers: Vec<customer::Model>,
    pub(crate) quotes: Vec<quote::Model>,
    pub(crate) contracts: Vec<contract::Model>,
}

struct Tenant {
    name: &'static str,
    sellers: &'static [&'static str],
    /// One customer in this many writes English.
    english_once_in: u32,
    customers: u32,
    quotes: u32,
    contracts: u32,
}

const TENANTS: &[Tenant] = &[
    Tenant {
        name: "acme",
        sellers: &["u-17", "u-18", "u-19"],
        english_once_in: 4,
        customers: 1_200,
        quotes: 3_000,
        contracts: 300,
    },
    Tenant {
        name: "globex",
        sellers: &["g-05", "g-06", "g-07"],
        english_once_in: 1,
        customers: 800,
        quotes: 2_000,
        contracts: 200,
    },
];

const INDUSTRIES: &[&str] = &["manufacturing", "retail", "logistics", "energy", "health"];
const CITIES: &[&str] = &["上海", "杭州", "苏州", "南京", "宁波", "合肥"];
const TIERS: &[&str] = &["GOLD", "SILVER", "STANDARD"];
const STAGES: &[&str] = &["DRAFT", "DRAFT", "SENT", "WON", "LOST"];
const STATUSES: &[&str] = &["DRAFT", "REVIEW", "SIGNED"];
const TERMS: &[&str] = &["30 days", "60 days", "prepaid"];
const FIRMS_ZH: &[&str] = &["云帆", "青禾", "白鹭", "松石", "明溪", "海棠"];
const TRADES_ZH: &[&str] = &["科技", "物流", "机械", "医疗", "能源"];
const FIRMS_EN: &[&str] = &["Oakridge", "Bluefern", "Kestrel", "Stonebay", "Harrow"];
const TRADES_EN: &[&str] = &["Logistics", "Machinery", "Health", "Energy", "Retail"];
const GOODS_ZH: &[&str] = &["年度维保", "仓储系统", "数据看板", "产线改造"];
const GOODS_EN: &[&str] = &[
    "annual support",
    "warehouse system",
    "dashboards",
    "retrofit",
];

/// A customer as quotes and contracts refer to it.
struct Account {
    id: String,
    name: String,
    owner: &'static str,
    tongue: Tongue,
    person: Person,
}

impl Business {
    pub(crate) fn generate(seed: u64) -> Self {
        let mut dice = Dice::seeded(seed);
        let mut business = Self {
            customers: Vec::new(),
            quotes: Vec::new(),
            contracts: Vec::new(),
        };
        for tenant in TENANTS {
            business.fill(&mut dice, tenant);
        }
        business
    }

    fn fill(&mut self, dice: &mut Dice, tenant: &Tenant) {
        let mut accounts = Vec::new();
        for _ in 0..tenant.customers {
            let account = account(dice, tenant, number(self.customers.len()));
            self.customers.push(customer_row(dice, tenant, &account));
            accounts.push(account);
        }
        for account in accounts.iter().cycle().take(tenant.quotes as usize) {
            let id = format!("Q-{:05}", number(self.quotes.len()));
            self.quotes.push(quote_row(dice, tenant, account, id));
        }
        for account in accounts.iter().take(tenant.contracts as usize) {
            let id = format!("K-{:05}", number(self.contracts.len()));
            self.contracts.push(contract_row(dice, tenant, account, id));
        }
    }
}

/// The number of the next row, from 1.
fn number(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX).saturating_add(1)
}

fn account(dice: &mut Dice, tenant: &Tenant, number: u32) -> Account {
    let english = dice.once_in(tenant.english_once_in);
    let (tongue, firms, trades, gap) = if english {
        (Tongue::English, FIRMS_EN, TRADES_EN, " ")
    } else {
        (Tongue::Chinese, FIRMS_ZH, TRADES_ZH, "")
    };
    let (firm, trade) = (dice.pick(firms), dice.pick(trades));
    Account {
        id: format!("C-{number:05}"),
        name: format!("{firm}{gap}{trade}"),
        owner: dice.pick(tenant.sellers),
        tongue,
        person: person(dice, tongue, number),
    }
}

fn customer_row(dice: &mut Dice, tenant: &Tenant, account: &Account) -> customer::Model {
    let person = &account.person;
    customer::Model {
        id: account.id.clone(),
        tenant_id: tenant.name.to_owned(),
        owner: account.owner.to_owned(),
        name: account.name.clone(),
        industry: dice.pick(INDUSTRIES).to_owned(),
        city: dice.pick(CITIES).to_owned(),
        tier: dice.pick(TIERS).to_owned(),
        contact_name: person.name.clone(),
        phone: person.phone.clone(),
        email: person.email.clone(),
        resident_id: person.resident_id.clone(),
        bank_card: person.bank_card.clone(),
        credit_limit_fen: i64::from(dice.between(5, 200)) * 1_000_000,
        notes: note(dice, account.tongue, person),
    }
}

fn quote_row(dice: &mut Dice, tenant: &Tenant, account: &Account, id: String) -> quote::Model {
    let price = Price::roll(dice);
    let goods = match account.tongue {
        Tongue::Chinese => GOODS_ZH,
        Tongue::English => GOODS_EN,
    };
    let person = &account.person;
    quote::Model {
        id,
        tenant_id: tenant.name.to_owned(),
        owner: account.owner.to_owned(),
        customer_id: account.id.clone(),
        customer_name: account.name.clone(),
        title: dice.pick(goods).to_owned(),
        stage: dice.pick(STAGES).to_owned(),
        quantity: price.quantity,
        list_price_fen: price.list,
        discount: price.discount,
        amount_fen: price.amount,
        cost_price_fen: price.cost,
        margin: price.margin,
        contact_name: person.name.clone(),
        contact_phone: person.phone.clone(),
        contact_email: person.email.clone(),
        payment_terms: dice.pick(TERMS).to_owned(),
        delivery_city: dice.pick(CITIES).to_owned(),
        valid_until: format!("2027-{:02}-28", dice.between(1, 12)),
        notes: (!dice.once_in(5)).then(|| note(dice, account.tongue, person)),
    }
}

/// What a quote costs, in fen.
struct Price {
    quantity: i32,
    list: i64,
    discount: i32,
    amount: i64,
    cost: i64,
    margin: i32,
}

impl Price {
    fn roll(dice: &mut Dice) -> Self {
        let quantity = i64::from(dice.between(1, 40));
        let list = quantity * i64::from(dice.between(2_000, 30_000)) * 100;
        let discount = i64::from(dice.between(0, 12));
        let amount = list * (100 - discount) / 100;
        let margin = i64::from(dice.between(8, 35));
        Self {
            quantity: small(quantity),
            list,
            discount: small(discount),
            amount,
            cost: amount * (100 - margin) / 100,
            margin: small(margin),
        }
    }
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn contract_row(
    dice: &mut Dice,
    tenant: &Tenant,
    account: &Account,
    id: String,
) -> contract::Model {
    let (title, clauses) = match account.tongue {
        Tongue::Chinese => ("服务合同", CLAUSES_ZH),
        Tongue::English => ("Service agreement", CLAUSES_EN),
    };
    contract::Model {
        quote_id: format!("Q{}", id.trim_start_matches('K')),
        id,
        tenant_id: tenant.name.to_owned(),
        owner: account.owner.to_owned(),
        customer_id: account.id.clone(),
        title: title.to_owned(),
        status: dice.pick(STATUSES).to_owned(),
        total_fen: i64::from(dice.between(20_000, 900_000)) * 100,
        clauses: clauses.to_owned(),
    }
}

const CLAUSES_ZH: &str = r#"[{"title":"付款","text":"签约后三十日内付款"},{"title":"保密","text":"双方对商业信息保密三年"}]"#;
const CLAUSES_EN: &str = r#"[{"title":"Payment","text":"payment within thirty days"},{"title":"Secrecy","text":"business information is kept secret for three years"}]"#;
