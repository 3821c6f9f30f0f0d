//! What salespeople type into free-text fields: useful facts, with personal data in between.

use super::people::{Person, Tongue};
use super::random::Dice;

const CHINESE: &[&str] = &[
    "客户手机{phone}，周五前回电，关心交付时间。",
    "发票请发到{email}，抬头与合同一致。",
    "身份证{id}已核验，可以进入签约流程。",
    "首付款从卡号{card}转出，请财务确认到账。",
    "联系电话{phone}（下午不便接听），备用邮箱{email}。",
    "竞品报价低百分之三，客户希望加送两天培训。",
    "已发送产品手册，等待技术部门评审。",
];
const ENGLISH: &[&str] = &[
    "Call back on {phone} before Friday; delivery date matters.",
    "Send the invoice to {email}, same title as the contract.",
    "ID {id} checked, ready for signature.",
    "Down payment comes from card {card}; finance to confirm.",
    "Competitor is three per cent lower; asks for two training days.",
    "Product sheet sent, waiting for their technical review.",
];

pub(crate) fn note(dice: &mut Dice, tongue: Tongue, person: &Person) -> String {
    let template = dice.pick(match tongue {
        Tongue::Chinese => CHINESE,
        Tongue::English => ENGLISH,
    });
    template
        .replace("{phone}", &person.phone)
        .replace("{email}", &person.email)
        .replace("{id}", &person.resident_id)
        .replace("{card}", &person.bank_card)
}
