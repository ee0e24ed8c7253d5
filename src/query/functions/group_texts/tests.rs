use std::collections::{BTreeMap, BTreeSet};

use arrow::array::StringArray;
use proptest::prelude::*;

use super::*;
use crate::query::{Limits, Session};

/// A row: its group, its text, and whether the filter lets it pass.
type Row = (usize, Option<String>, Option<bool>);

const GROUPS: usize = 6;

fn row() -> impl Strategy<Value = Row> {
    let text = prop_oneof![
        Just(None),
        "[ab]{0,2}".prop_map(Some),
        // Longer than what a view holds in itself.
        "[ab]{2}".prop_map(|end| Some(format!("arn:aws:iam::111122223333:user/{end}"))),
    ];
    (0..GROUPS, text, prop_oneof![3 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)])
}

/// The distinct texts of each group, in plain Rust.
fn plain(rows: &[Row], filtered: bool, nulls: bool) -> BTreeMap<usize, BTreeSet<Option<String>>> {
    let mut sets: BTreeMap<usize, BTreeSet<Option<String>>> = BTreeMap::new();
    for (group, text, passes) in rows {
        if (!filtered || *passes == Some(true)) && (nulls || text.is_some()) {
            sets.entry(*group).or_default().insert(text.clone());
        }
    }
    sets
}

fn columns(rows: &[Row], kind: &DataType) -> (Vec<ArrayRef>, Vec<usize>, BooleanArray) {
    let texts: StringArray = rows.iter().map(|row| row.1.clone()).collect();
    let values = cast(&texts, kind).unwrap();
    (vec![values], rows.iter().map(|row| row.0).collect(), rows.iter().map(|row| row.2).collect())
}

/// What is read of lists, of groups from `first` on.
fn sets_of(lists: &ArrayRef, first: usize) -> BTreeMap<usize, BTreeSet<Option<String>>> {
    let lists = lists.as_list::<i32>();
    let texts = |row| {
        let texts = cast(&lists.value(row), &DataType::Utf8).unwrap();
        let all: Vec<_> = texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect();
        let set: BTreeSet<_> = all.iter().cloned().collect();
        assert_eq!(set.len(), all.len(), "each text is there once");
        set
    };
    let valid = (0..lists.len()).filter(|&row| lists.is_valid(row) && !lists.value(row).is_empty());
    valid.map(|row| (first + row, texts(row))).collect()
}

proptest! {
    #[test]
    fn groups_come_to_the_sets_of_plain_rust_in_one_step_and_in_two_of_either_kind(
        batches in prop::collection::vec(prop::collection::vec(row(), 0..20), 0..5),
        kind in prop::sample::select(vec![DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View]),
        gives in prop::sample::select(vec![Gives::Counts, Gives::Lists { nulls: true }, Gives::Lists { nulls: false }]),
        filtered in any::<bool>(),
        first in 0..=GROUPS,
    ) {
        let expected = plain(&batches.concat(), filtered, gives == Gives::Lists { nulls: true });
        let new = || GroupTexts::new(gives, kind.clone());
        // One step, two with a set between, and two with rows handed through as they are.
        let (mut one, mut two, mut through) = (new(), new(), new());
        for batch in &batches {
            let (values, groups, filter) = columns(batch, &kind);
            let filter = filtered.then_some(&filter);
            one.update_batch(&values, &groups, filter, GROUPS).unwrap();
            let mut part = new();
            part.update_batch(&values, &groups, filter, GROUPS).unwrap();
            let all: Vec<usize> = (0..GROUPS).collect();
            two.merge_batch(&part.state(EmitTo::All).unwrap(), &all, GROUPS).unwrap();
            let state = through.convert_to_state(&values, filter).unwrap();
            through.merge_batch(&state, &groups, GROUPS).unwrap();
        }
        for mut texts in [one, two, through] {
            texts.grow(GROUPS).unwrap();
            let parts = [(0, EmitTo::First(first)), (first, EmitTo::All)].map(|(start, emit_to)| {
                (start, texts.evaluate(emit_to).unwrap())
            });
            if gives == Gives::Counts {
                let counts = parts.iter().flat_map(|(_, part)| part.as_primitive::<arrow::datatypes::Int64Type>().values());
                let counts: Vec<i64> = counts.copied().collect();
                let sizes = (0..GROUPS).map(|group| expected.get(&group).map_or(0, |set| set.len() as i64));
                prop_assert_eq!(counts, sizes.collect::<Vec<_>>());
            } else {
                prop_assert_eq!(parts[0].1.len() + parts[1].1.len(), GROUPS);
                let sets = parts.iter().flat_map(|(start, part)| sets_of(part, *start)).collect::<BTreeMap<_, _>>();
                prop_assert_eq!(&sets, &expected);
            }
        }
    }
}

async fn rows_of(sql: &str, limits: &Limits) -> Vec<Vec<String>> {
    let session = Session::empty(limits).unwrap();
    let batches = session.plan(sql, &BTreeMap::new()).unwrap().collect().await.unwrap();
    let cells = |batch: &arrow::array::RecordBatch| {
        let printers: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| arrow::util::display::ArrayFormatter::try_new(column, &Default::default()).unwrap())
            .collect();
        (0..batch.num_rows())
            .map(|row| printers.iter().map(|cell| cell.value(row).to_string()).collect())
            .collect::<Vec<_>>()
    };
    batches.iter().flat_map(cells).collect()
}

#[tokio::test]
async fn a_hundred_thousand_groups_of_a_few_texts_fit_in_64_mib() {
    let limits = Limits { memory: 64 << 20, ..Limits::default() };
    let sql = "SELECT count(*), sum(kinds), max(array_length(list)) FROM (
        SELECT value % 100000 AS of, count(DISTINCT concat('kind ', value % 7)) AS kinds,
            array_agg(DISTINCT concat('kind ', value % 3)) AS list
        FROM generate_series(1, 300000) GROUP BY value % 100000)";
    assert_eq!(rows_of(sql, &limits).await, [["100000", "300000", "3"]]);
}

#[tokio::test]
async fn sql_tells_distinct_texts_with_filters_and_without_groups_and_of_no_rows_and_in_windows() {
    let table = "(VALUES ('x', 'a', 1), ('x', 'a', 2), ('x', 'b', 3), ('y', NULL, 4), ('y', 'c', 5), ('z', NULL, 6)) AS t (g, v, n)";
    let rows = |sql: &str| {
        let sql = sql.replace("TABLE", table);
        async move { rows_of(&sql, &Limits::default()).await }
    };
    let grouped = "SELECT g, count(DISTINCT v), count(DISTINCT v) FILTER (WHERE n > 2),
        array_sort(array_agg(DISTINCT v)), array_agg(DISTINCT v) FILTER (WHERE n > 5) FROM TABLE GROUP BY g ORDER BY g";
    assert_eq!(
        rows(grouped).await,
        [["x", "2", "1", "[a, b]", ""], ["y", "1", "1", "[, c]", ""], ["z", "0", "0", "[]", "[]"]]
    );
    assert_eq!(
        rows("SELECT count(DISTINCT v), count(DISTINCT n), count(v), count(*) FROM TABLE").await,
        [["3", "6", "4", "6"]]
    );
    let none = "SELECT count(DISTINCT v), array_agg(DISTINCT v) FROM TABLE WHERE n > 6";
    assert_eq!(rows(none).await, [["0", ""]]);
    let ordered = "SELECT array_agg(DISTINCT v ORDER BY v DESC NULLS LAST), array_agg(v ORDER BY n) FROM TABLE WHERE g = 'x'";
    assert_eq!(rows(ordered).await, [["[b, a]", "[a, a, b]"]]);
    let windows = "SELECT n, count(DISTINCT v) OVER (ORDER BY n) FROM TABLE ORDER BY n LIMIT 3";
    assert_eq!(rows(windows).await, [["1", "1"], ["2", "1"], ["3", "2"]]);
}
