//! Cron expressions of five fields as EventBridge Scheduler writes them: six fields, one of the two kinds of day `?`,
//! days of the week by name.
//!
//! What Scheduler might read in another way (steps within a range, ranges of weekdays) is written out as a list.

/// Days of the week, as cron counts them.
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Months, as cron names them.
const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];

/// The expression, or why there is none.
pub(crate) fn expression(cron: &str) -> Result<String, &'static str> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err("it has not five fields");
    };
    let minute = field(minute, 0, 59, &[])?;
    let hour = field(hour, 0, 23, &[])?;
    let month = field(month, 1, 12, &MONTHS)?;
    let day = field(day, 1, 31, &[])?;
    let weekday = weekdays(weekday)?;
    let (day, weekday) = match (day.as_str(), weekday) {
        (_, None) => (day, "?".to_owned()),
        ("*", Some(weekday)) => ("?".to_owned(), weekday),
        // cron runs on days that fit either.
        (_, Some(_)) => {
            return Err(
                "it names days of the month and of the week, and Scheduler takes one of the two",
            );
        }
    };
    Ok(format!("cron({minute} {hour} {day} {month} {weekday} *)"))
}

fn field(text: &str, least: u32, most: u32, words: &[&str]) -> Result<String, &'static str> {
    if text == "*" {
        return Ok("*".to_owned());
    }
    let values = values(text, least, most, words)?;
    if values.len() == usize::try_from(most - least + 1).unwrap_or(usize::MAX) {
        return Ok("*".to_owned());
    }
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    Ok(texts.join(","))
}

/// Names of the days, from Sunday on; `None` for all of them.
fn weekdays(text: &str) -> Result<Option<String>, &'static str> {
    let mut days: Vec<u32> = values(text, 0, 7, &DAYS)?
        .into_iter()
        .map(|day| day % 7)
        .collect();
    days.sort_unstable();
    days.dedup();
    if days.len() == DAYS.len() {
        return Ok(None);
    }
    let names = days
        .into_iter()
        .filter_map(|day| DAYS.get(usize::try_from(day).ok()?).copied());
    Ok(Some(names.collect::<Vec<_>>().join(",")))
}

/// All values of a field, in order, each once.
fn values(text: &str, least: u32, most: u32, words: &[&str]) -> Result<Vec<u32>, &'static str> {
    let mut all = Vec::new();
    for item in text.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, step.parse().map_err(|_| "a step is no number")?),
            None => (item, 1_usize),
        };
        let number = |text: &str| value(text, least, words);
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (number(from)?, number(to)?),
            // With a step, from there to the end.
            None if item.contains('/') => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        all.extend((from..=to).step_by(step.max(1)));
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn value(text: &str, least: u32, words: &[&str]) -> Result<u32, &'static str> {
    let upper = text.to_ascii_uppercase();
    let named = words.iter().position(|word| *word == upper);
    match named.and_then(|place| u32::try_from(place).ok()) {
        Some(place) => Ok(place + least),
        None => text.parse().map_err(|_| "a value is no number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(cron: &str, wanted: &str) {
        assert_eq!(expression(cron).as_deref(), Ok(wanted), "{cron}");
    }

    #[test]
    fn expressions_get_a_year_and_a_question_mark() {
        is("0 3 * * *", "cron(0 3 * * ? *)");
        is("0 3 1 * *", "cron(0 3 1 * ? *)");
        is("30 4 * jan-mar mon", "cron(30 4 ? 1,2,3 MON *)");
        is("0 0 * * 0", "cron(0 0 ? * SUN *)");
        is("0 0 * * 7", "cron(0 0 ? * SUN *)");
        is("0 9 * * 1-5", "cron(0 9 ? * MON,TUE,WED,THU,FRI *)");
        is("0 9 * * 5-7", "cron(0 9 ? * SUN,FRI,SAT *)");
        is("0 9 * * 0-6", "cron(0 9 * * ? *)");
        is("0 9 1,15 * *", "cron(0 9 1,15 * ? *)");
    }

    #[test]
    fn steps_are_written_out() {
        is("*/15 * * * *", "cron(0,15,30,45 * * * ? *)");
        is("5/20 0-6/3 * * *", "cron(5,25,45 0,3,6 * * ? *)");
        is("0 0 */10 * *", "cron(0 0 1,11,21,31 * ? *)");
        is("*/1 * * * *", "cron(* * * * ? *)");
        is("0 0 * * */2", "cron(0 0 ? * SUN,TUE,THU,SAT *)");
    }

    #[test]
    fn days_of_both_kinds_cannot_be_had() {
        assert!(expression("0 0 13 * fri").is_err());
        assert!(expression("0 0 13 *").is_err());
        assert!(expression("0 0 x * *").is_err());
    }
}
