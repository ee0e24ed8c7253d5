//! Text from seeds: identifiers, digits and times, appended to a `String`.
//!
//! Everything here is plain ASCII that needs no escape in JSON; `quoted` is for what may need one.

use super::dice::mix;

const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const WORD: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) fn hex(out: &mut String, seed: u64, digits: usize) {
    let mut bits = 0;
    for at in 0..digits {
        if at % 16 == 0 {
            bits = mix(seed, 0x100 + at as u64);
        }
        out.push(HEX[(bits & 15) as usize] as char);
        bits >>= 4;
    }
}

pub(super) fn base32(out: &mut String, seed: u64, digits: usize) {
    spread(out, seed, digits, 5, |bits| BASE32[(bits & 31) as usize]);
}

pub(super) fn base64(out: &mut String, seed: u64, digits: usize) {
    spread(out, seed, digits, 6, |bits| BASE64[(bits & 63) as usize]);
}

/// Letters and digits, as in an object's name.
pub(super) fn word(out: &mut String, seed: u64, digits: usize) {
    spread(out, seed, digits, 6, |bits| WORD[(bits & 63) as usize % 62]);
}

fn spread(out: &mut String, seed: u64, digits: usize, width: u32, letter: impl Fn(u64) -> u8) {
    let a_draw = (64 / width) as usize;
    let mut bits = 0;
    for at in 0..digits {
        if at % a_draw == 0 {
            bits = mix(seed, 0x200 + at as u64);
        }
        out.push(letter(bits) as char);
        bits >>= width;
    }
}

/// A random UUID (version 4).
pub(super) fn uuid(out: &mut String, seed: u64) {
    let (high, low) = (mix(seed, 1), mix(seed, 2));
    let nibble = |at: u32| if at < 16 { (high >> (4 * at)) & 15 } else { (low >> (4 * (at - 16))) & 15 };
    for at in 0..32 {
        if matches!(at, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        let digit = match at {
            12 => 4,
            16 => 8 | (nibble(at) & 3),
            _ => nibble(at),
        };
        out.push(HEX[digit as usize] as char);
    }
}

pub(super) fn number(out: &mut String, value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut left = value;
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

pub(super) fn padded(out: &mut String, value: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(char::from(b'0' + (value / 10_u64.pow(place) % 10) as u8));
    }
}

/// The UTC date and time of day of seconds since 1970: (year, month, day, second of the day).
pub(super) fn civil(time: i64) -> (u64, u64, u64, u64) {
    // Days to a date by 400-year eras that begin in March (the usual integer form).
    let days = time.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as u64, month as u64, day as u64, time.rem_euclid(86_400) as u64)
}

/// `2026-11-03T16:07:39Z`
pub(super) fn instant(out: &mut String, time: i64) {
    let (.., second) = civil(time);
    date(out, time, '-');
    out.push('T');
    padded(out, second / 3_600, 2);
    out.push(':');
    padded(out, second / 60 % 60, 2);
    out.push(':');
    padded(out, second % 60, 2);
    out.push('Z');
}

/// `2026-11-03`, with the separator asked for.
pub(super) fn date(out: &mut String, time: i64, separator: char) {
    let (year, month, day, _) = civil(time);
    padded(out, year, 4);
    out.push(separator);
    padded(out, month, 2);
    out.push(separator);
    padded(out, day, 2);
}

/// `20261103T1605Z`, as in an object's name.
pub(super) fn stamp(out: &mut String, time: i64) {
    let (year, month, day, second) = civil(time);
    padded(out, year, 4);
    padded(out, month, 2);
    padded(out, day, 2);
    out.push('T');
    padded(out, second / 3_600, 2);
    padded(out, second / 60 % 60, 2);
    out.push('Z');
}

/// `Nov 3, 2026, 4:07:39 PM`, as IAM and STS print times in their answers.
pub(super) fn locale(out: &mut String, time: i64) {
    let (year, month, day, second) = civil(time);
    out.push_str(MONTHS[(month as usize).saturating_sub(1) % 12]);
    out.push(' ');
    number(out, day);
    out.push_str(", ");
    number(out, year);
    out.push_str(", ");
    let hour = second / 3_600;
    number(out, if hour % 12 == 0 { 12 } else { hour % 12 });
    out.push(':');
    padded(out, second / 60 % 60, 2);
    out.push(':');
    padded(out, second % 60, 2);
    out.push_str(if hour < 12 { " AM" } else { " PM" });
}

/// A JSON string, with what JSON wants escaped.
pub(super) fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if u32::from(control) < 0x20 => {
                out.push_str("\\u00");
                out.push(HEX[(u32::from(control) >> 4) as usize] as char);
                out.push(HEX[(u32::from(control) & 15) as usize] as char);
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(write: impl Fn(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn times_print_as_cloudtrail_prints_them() {
        assert_eq!(made(|out| instant(out, 1_793_722_059)), "2026-11-03T16:07:39Z");
        assert_eq!(made(|out| instant(out, 951_782_399)), "2000-02-28T23:59:59Z");
        assert_eq!(made(|out| stamp(out, 1_793_722_059)), "20261103T1607Z");
        assert_eq!(made(|out| locale(out, 1_793_722_059)), "Nov 3, 2026, 4:07:39 PM");
        assert_eq!(made(|out| locale(out, 1_793_664_000)), "Nov 3, 2026, 12:00:00 AM");
    }

    #[test]
    fn a_quoted_string_parses_back() -> anyhow::Result<()> {
        let hostile = "a\"b\\c\n\u{1}<script>é";
        assert_eq!(serde_json::from_str::<String>(&made(|out| quoted(out, hostile)))?, hostile);
        Ok(())
    }

    #[test]
    fn a_uuid_is_a_version_4_uuid() -> anyhow::Result<()> {
        let id = uuid::Uuid::parse_str(&made(|out| uuid(out, 42)))?;
        assert_eq!(id.get_version_num(), 4);
        Ok(())
    }
}
