//! The shapes of API calls: a small notation, parsed once, and written into records.
//!
//! A line `= source prefix host api-version denied throttled missing [global]` opens a service; its IAM prefix, its
//! host and its three usual error codes follow. A line `Name flags weight request => response ## resources ++
//! additional` is a call: `r` or `w` (management, read or write), `d` or `D` (data), then who makes it: `h` people,
//! `c` automation, `k` workloads, `p` services of AWS, `v` services on a role's behalf, `x` other accounts. All but
//! the first three are JSON and may be left out. `<slot>`, `<slot:n>`, `<slot'>` are filled in for each event; the
//! same slot has the same value all over one event.

use std::sync::LazyLock;

use super::api;
use super::dice::{below, mix};

#[derive(Debug)]
pub(super) struct Service {
    pub(super) source: &'static str,
    pub(super) prefix: &'static str,
    pub(super) host: Template,
    pub(super) api_version: &'static str,
    pub(super) denied: &'static str,
    pub(super) throttled: &'static str,
    pub(super) missing: &'static str,
    pub(super) global: bool,
}

#[derive(Debug)]
pub(super) struct Shape {
    pub(super) service: usize,
    pub(super) name: &'static str,
    pub(super) read_only: bool,
    pub(super) data: bool,
    pub(super) request: Template,
    pub(super) response: Template,
    pub(super) resources: Template,
    pub(super) additional: Template,
}

#[derive(Debug, Default, Clone)]
pub(super) struct Template(pub(super) Vec<Part>);

#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(&'static str),
    /// The slot's name, its number, and what tells its value from those of other slots.
    Slot(&'static str, u64, u64),
}

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Person,
    Automation,
    Workload,
    Service,
    Forwarded,
    Outsider,
}

const CLASSES: [(Class, char); 6] = [
    (Class::Person, 'h'),
    (Class::Automation, 'c'),
    (Class::Workload, 'k'),
    (Class::Service, 'p'),
    (Class::Forwarded, 'v'),
    (Class::Outsider, 'x'),
];

#[derive(Debug, Default)]
struct Draw {
    shapes: Vec<u16>,
    /// Running sums of the weights, in tenths.
    sums: Vec<u64>,
}

#[derive(Debug)]
pub(super) struct Catalogue {
    pub(super) services: Vec<Service>,
    pub(super) shapes: Vec<Shape>,
    /// By class, then by whether the region is the home of global services.
    draws: [[Draw; 2]; CLASSES.len()],
}

pub(super) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse(&api::SHAPES));
    &CATALOGUE
}

impl Catalogue {
    fn parse(texts: &[&'static str]) -> Self {
        let mut catalogue = Self { services: Vec::new(), shapes: Vec::new(), draws: Default::default() };
        for line in texts.iter().flat_map(|text| text.lines()).filter(|line| !line.is_empty()) {
            match line.strip_prefix("= ") {
                Some(header) => catalogue.services.push(service(header)),
                None => catalogue.add(line),
            }
        }
        catalogue
    }

    fn add(&mut self, line: &'static str) {
        let mut words = line.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (name, flags, weight, rest) = (word(), word(), word(), word());
        let (rest, additional) = rest.split_once("++ ").unwrap_or((rest, ""));
        let (rest, resources) = rest.split_once("## ").unwrap_or((rest, ""));
        let (request, response) = rest.split_once("=> ").unwrap_or((rest, ""));
        let service = self.services.len().saturating_sub(1);
        let index = self.shapes.len() as u16;
        // The long tail is drawn less often than its weight says: see the test of distinct counts.
        let weight = weight.parse::<u64>().unwrap_or(1);
        let tenths = if weight <= 2 { 3 * weight } else { 10 * weight };
        let global = self.services.get(service).is_some_and(|service| service.global);
        for ((_, letter), draws) in CLASSES.iter().zip(&mut self.draws) {
            if flags.chars().skip(1).any(|flag| flag == *letter) {
                for home in [!global, true].into_iter().enumerate().filter(|(_, wanted)| *wanted) {
                    draws[home.0].push(index, tenths);
                }
            }
        }
        self.shapes.push(Shape {
            service,
            name,
            read_only: flags.starts_with(['r', 'd']),
            data: flags.starts_with(['d', 'D']),
            request: Template::parse(request.trim_end()),
            response: Template::parse(response.trim_end()),
            resources: Template::parse(resources.trim_end()),
            additional: Template::parse(additional.trim_end()),
        });
    }

    /// A shape that `class` calls in a region; `home` is the one where global services live.
    pub(super) fn draw(&self, class: Class, home: bool, seed: u64) -> &Shape {
        let draw = &self.draws[class as usize][usize::from(home)];
        let at = below(seed, draw.sums.last().copied().unwrap_or(1));
        let index = draw.sums.partition_point(|sum| *sum <= at);
        &self.shapes[draw.shapes.get(index).copied().map_or(0, usize::from)]
    }

    /// A shape that somebody with the `habits` of that seed calls: mostly one of a few.
    pub(super) fn habitual(&self, class: Class, home: bool, habits: u64, seed: u64) -> &Shape {
        const HABITS: u64 = 14;
        if below(mix(seed, 11), 100) < 48 {
            return self.draw(class, home, mix(habits, below(mix(seed, 12), HABITS)));
        }
        self.draw(class, home, mix(seed, 13))
    }

    pub(super) fn service(&self, shape: &Shape) -> &Service {
        &self.services[shape.service]
    }
}

impl Draw {
    fn push(&mut self, shape: u16, weight: u64) {
        let sum = self.sums.last().copied().unwrap_or(0);
        self.shapes.push(shape);
        self.sums.push(sum + weight);
    }
}

fn service(header: &'static str) -> Service {
    let mut words = header.split(' ');
    let mut word = || words.next().unwrap_or_default();
    Service {
        source: word(),
        prefix: word(),
        host: Template::parse(word()),
        api_version: Some(word()).filter(|version| *version != "-").unwrap_or_default(),
        denied: word(),
        throttled: word(),
        missing: word(),
        global: word() == "global",
    }
}

impl Template {
    pub(super) fn parse(text: &'static str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, slot, after)) = next_slot(rest) {
            if !before.is_empty() {
                parts.push(Part::Text(before));
            }
            let name = slot.trim_end_matches('\'');
            let primes = (slot.len() - name.len()) as u64;
            let (name, size) = name.split_once(':').unwrap_or((name, "0"));
            let tag = name.bytes().fold(primes, |tag, byte| mix(tag, u64::from(byte)));
            let size = size.parse().unwrap_or(0);
            parts.push(Part::Slot(name, size, mix(tag, size)));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest));
        }
        Self(parts)
    }

    #[cfg(test)]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Splits at the first `<slot>`: what comes before it, its name, what comes after.
fn next_slot(text: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let (before, rest) = text.split_once('<')?;
    let (slot, after) = rest.split_once('>')?;
    Some((before, slot, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_many_services_and_shapes() {
        let catalogue = catalogue();
        assert!(catalogue.services.len() > 70, "{}", catalogue.services.len());
        assert!(catalogue.shapes.iter().filter(|shape| !shape.request.is_empty()).count() > 300);
        for class in &catalogue.draws {
            assert!(class.iter().all(|draw| !draw.shapes.is_empty()));
        }
    }

    #[test]
    fn outside_the_home_region_no_global_service_is_drawn() {
        let catalogue = catalogue();
        for seed in 0..5_000 {
            let shape = catalogue.draw(Class::Automation, false, seed);
            assert!(!catalogue.service(shape).global, "{}", shape.name);
        }
    }

    #[test]
    fn nothing_that_weakens_the_account_is_drawn_by_chance() {
        const NEVER: [&str; 12] = [
            "StopLogging",
            "DeleteTrail",
            "UpdateTrail",
            "PutEventSelectors",
            "ConsoleLogin",
            "CheckMfa",
            "CreateAccessKey",
            "DeactivateMFADevice",
            "DeleteVirtualMFADevice",
            "CredentialVerification",
            "DeleteDetector",
            "DeleteFlowLogs",
        ];
        let drawn = catalogue().shapes.iter().find(|shape| NEVER.contains(&shape.name));
        assert!(drawn.is_none(), "{drawn:?}");
    }
}
