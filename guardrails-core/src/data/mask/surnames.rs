//! Chinese surnames: the compound ones, which the name mask keeps whole, and the common single
//! ones, which tell a name from the words around it.

/// Compound surnames in use (hundred family surnames, and those of later censuses), in simplified
/// and traditional characters.
const COMPOUND: &[&str] = &[
    "万俟", "上官", "东方", "东郭", "东门", "乐正", "亓官", "令狐", "仲孙", "仲孫", "公冶", "公孙",
    "公孫", "公户", "公玉", "公羊", "公良", "公西", "南宫", "南宮", "南荣", "南门", "叶赫", "司寇",
    "司徒", "司空", "司馬", "司马", "呼延", "壤驷", "夏侯", "太叔", "太史", "夹谷", "子车", "宇文",
    "完颜", "宗政", "宰父", "尉迟", "尉遲", "左丘", "巫马", "微生", "慕容", "拓跋", "東方", "梁丘",
    "欧阳", "歐陽", "段干", "漆雕", "澹台", "濮阳", "濮陽", "独孤", "獨孤", "申屠", "百里", "皇甫",
    "端木", "第五", "纳兰", "羊舌", "耶律", "聞人", "西門", "西门", "諸葛", "诸葛", "谷梁", "赫连",
    "赫連", "軒轅", "轩辕", "鍾離", "钟离", "長孫", "长孙", "闻人", "闾丘", "颛孙", "鮮于", "鲜于",
];

/// The single surnames that cover some 98 % of the population, simplified, then traditional forms.
const SINGLE: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于\
蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛\
郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包\
宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农\
司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣\
巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位\
厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿\
薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利于呼居揭干但尉冶斯元束\
檀衣信展阴昝智幸奉植衡富尧闭由張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蔣葉蘇魏呂盧鍾譚陸範賈韋鄒龍賀顧龔\
邵萬錢嚴湯溫齊喬龐顏莊聶魯關蘭寧紀畢單塗駱藍華饒陽農車項連蘆麥婁竇黨宮費衛應閔鄔邊師欒榮叢鞏遲鄺談\
樂儲勞諶樓滿聞厲區闞權強帥蓋練豐國計晉門雲來";

/// What comes after the compound surname that a text starts with.
pub(crate) fn compound(text: &str) -> Option<&str> {
    // Each is two characters of three bytes.
    let (start, rest) = text.split_at_checked(6)?;
    COMPOUND.binary_search(&start).is_ok().then_some(rest)
}

/// Whether a text starts with a surname, single or compound.
pub(crate) fn is_surname(text: &str) -> bool {
    compound(text).is_some() || text.chars().next().is_some_and(|c| SINGLE.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compound_surnames_can_be_searched() {
        assert!(COMPOUND.is_sorted());
        assert!(
            COMPOUND
                .iter()
                .all(|surname| surname.len() == 6 && compound(surname).is_some())
        );
    }
}
