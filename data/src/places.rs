//! Where regions are, and which region of the other cloud is near one.
//!
//! Cities as the clouds name them ("AWS Regions", "Regions and zones" of Compute Engine); where AWS names a state, that of its
//! machines. Latitudes and longitudes are those of the cities, to a tenth of a degree, which is 11 km.

use crate::list::Cloud;

/// A region and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The cloud.
    pub cloud: Cloud,
    /// The region.
    pub region: &'static str,
    /// Its continent, with the Middle East as one.
    pub continent: &'static str,
    /// Its country, or the European Union: data that may be in one region may be in another of it.
    pub country: &'static str,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

const fn aws(
    region: &'static str,
    (continent, country): (&'static str, &'static str),
    (latitude, longitude): (f64, f64),
) -> Place {
    Place {
        cloud: Cloud::Aws,
        region,
        continent,
        country,
        latitude,
        longitude,
    }
}

const fn gcp(region: &'static str, at: (&'static str, &'static str), city: (f64, f64)) -> Place {
    Place {
        cloud: Cloud::Gcp,
        ..aws(region, at, city)
    }
}

const AUSTRALIA: (&str, &str) = ("oceania", "au");
const BRITAIN: (&str, &str) = ("europe", "uk");
const CANADA: (&str, &str) = ("north america", "ca");
const HONG_KONG: (&str, &str) = ("asia", "hk");
const INDIA: (&str, &str) = ("asia", "in");
const INDONESIA: (&str, &str) = ("asia", "id");
const ISRAEL: (&str, &str) = ("middle east", "il");
const JAPAN: (&str, &str) = ("asia", "jp");
const KOREA: (&str, &str) = ("asia", "kr");
const MEXICO: (&str, &str) = ("north america", "mx");
const SINGAPORE: (&str, &str) = ("asia", "sg");
const SOUTH_AFRICA: (&str, &str) = ("africa", "za");
const STATES: (&str, &str) = ("north america", "us");
const SWITZERLAND: (&str, &str) = ("europe", "ch");
const TAIWAN: (&str, &str) = ("asia", "tw");
const THAILAND: (&str, &str) = ("asia", "th");
const UNION: (&str, &str) = ("europe", "eu");
const BRAZIL: (&str, &str) = ("south america", "br");

/// Regions of both clouds; those of partitions of their own, into which nothing moves, are not among them.
pub const PLACES: &[Place] = &[
    aws("af-south-1", SOUTH_AFRICA, (-33.9, 18.4)),
    aws("ap-east-1", HONG_KONG, (22.3, 114.2)),
    aws("ap-east-2", TAIWAN, (25.0, 121.5)),
    aws("ap-northeast-1", JAPAN, (35.7, 139.7)),
    aws("ap-northeast-2", KOREA, (37.6, 127.0)),
    aws("ap-northeast-3", JAPAN, (34.7, 135.5)),
    aws("ap-south-1", INDIA, (19.1, 72.9)),
    aws("ap-south-2", INDIA, (17.4, 78.5)),
    aws("ap-southeast-1", SINGAPORE, (1.3, 103.8)),
    aws("ap-southeast-2", AUSTRALIA, (-33.9, 151.2)),
    aws("ap-southeast-3", INDONESIA, (-6.2, 106.8)),
    aws("ap-southeast-4", AUSTRALIA, (-37.8, 145.0)),
    aws("ap-southeast-5", ("asia", "my"), (3.1, 101.7)),
    aws("ap-southeast-6", ("oceania", "nz"), (-36.8, 174.8)),
    aws("ap-southeast-7", THAILAND, (13.8, 100.5)),
    aws("ca-central-1", CANADA, (45.5, -73.6)),
    aws("ca-west-1", CANADA, (51.0, -114.1)),
    aws("eu-central-1", UNION, (50.1, 8.7)),
    aws("eu-central-2", SWITZERLAND, (47.4, 8.5)),
    aws("eu-north-1", UNION, (59.3, 18.1)),
    aws("eu-south-1", UNION, (45.5, 9.2)),
    aws("eu-south-2", UNION, (41.6, -0.9)),
    aws("eu-west-1", UNION, (53.3, -6.3)),
    aws("eu-west-2", BRITAIN, (51.5, -0.1)),
    aws("eu-west-3", UNION, (48.9, 2.4)),
    aws("il-central-1", ISRAEL, (32.1, 34.8)),
    aws("me-central-1", ("middle east", "ae"), (25.2, 55.3)),
    aws("me-south-1", ("middle east", "bh"), (26.2, 50.6)),
    aws("mx-central-1", MEXICO, (20.6, -100.4)),
    aws("sa-east-1", BRAZIL, (-23.5, -46.6)),
    aws("us-east-1", STATES, (39.0, -77.5)),
    aws("us-east-2", STATES, (40.0, -83.0)),
    aws("us-west-1", STATES, (37.4, -121.9)),
    aws("us-west-2", STATES, (45.8, -119.7)),
    gcp("africa-south1", SOUTH_AFRICA, (-26.2, 28.0)),
    gcp("asia-east1", TAIWAN, (24.1, 120.5)),
    gcp("asia-east2", HONG_KONG, (22.3, 114.2)),
    gcp("asia-northeast1", JAPAN, (35.7, 139.7)),
    gcp("asia-northeast2", JAPAN, (34.7, 135.5)),
    gcp("asia-northeast3", KOREA, (37.6, 127.0)),
    gcp("asia-south1", INDIA, (19.1, 72.9)),
    gcp("asia-south2", INDIA, (28.6, 77.2)),
    gcp("asia-southeast1", SINGAPORE, (1.3, 103.7)),
    gcp("asia-southeast2", INDONESIA, (-6.2, 106.8)),
    gcp("asia-southeast3", THAILAND, (13.8, 100.5)),
    gcp("australia-southeast1", AUSTRALIA, (-33.9, 151.2)),
    gcp("australia-southeast2", AUSTRALIA, (-37.8, 145.0)),
    gcp("europe-central2", UNION, (52.2, 21.0)),
    gcp("europe-north1", UNION, (60.6, 27.2)),
    gcp("europe-north2", UNION, (59.3, 18.1)),
    gcp("europe-southwest1", UNION, (40.4, -3.7)),
    gcp("europe-west1", UNION, (50.4, 3.8)),
    gcp("europe-west10", UNION, (52.5, 13.4)),
    gcp("europe-west12", UNION, (45.1, 7.7)),
    gcp("europe-west2", BRITAIN, (51.5, -0.1)),
    gcp("europe-west3", UNION, (50.1, 8.7)),
    gcp("europe-west4", UNION, (53.4, 6.8)),
    gcp("europe-west6", SWITZERLAND, (47.4, 8.5)),
    gcp("europe-west8", UNION, (45.5, 9.2)),
    gcp("europe-west9", UNION, (48.9, 2.4)),
    gcp("me-central1", ("middle east", "qa"), (25.3, 51.5)),
    gcp("me-central2", ("middle east", "sa"), (26.4, 50.1)),
    gcp("me-west1", ISRAEL, (32.1, 34.8)),
    gcp("northamerica-northeast1", CANADA, (45.5, -73.6)),
    gcp("northamerica-northeast2", CANADA, (43.7, -79.4)),
    gcp("northamerica-south1", MEXICO, (20.6, -100.4)),
    gcp("southamerica-east1", BRAZIL, (-23.5, -46.8)),
    gcp(
        "southamerica-west1",
        ("south america", "cl"),
        (-33.4, -70.7),
    ),
    gcp("us-central1", STATES, (41.3, -95.9)),
    gcp("us-east1", STATES, (33.2, -80.0)),
    gcp("us-east4", STATES, (39.0, -77.5)),
    gcp("us-east5", STATES, (40.0, -83.0)),
    gcp("us-south1", STATES, (32.8, -96.8)),
    gcp("us-west1", STATES, (45.6, -121.2)),
    gcp("us-west2", STATES, (34.1, -118.2)),
    gcp("us-west3", STATES, (40.8, -111.9)),
    gcp("us-west4", STATES, (36.2, -115.1)),
];

impl Place {
    /// Where a region is.
    #[must_use]
    pub fn of(region: &str) -> Option<&'static Self> {
        PLACES.iter().find(|place| place.region == region)
    }

    /// Kilometres to another one, over the ground of a round earth.
    #[must_use]
    pub fn km(&self, other: &Self) -> f64 {
        const RADIUS: f64 = 6371.0;
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let east = (other.longitude - self.longitude).to_radians();
        let half = |angle: f64| (angle / 2.0).sin().powi(2);
        let chord = half(b - a) + a.cos() * b.cos() * half(east);
        2.0 * RADIUS * chord.sqrt().asin()
    }
}

/// The region of the other cloud that stands for one: the nearest of the same country of those that are `priced`, where there
/// is none, of the same continent; where none of that is priced either, the nearest one whose machines have prices. `None` for
/// a region of which we do not know where it is.
pub fn partner(region: &str, priced: impl Fn(&str) -> bool) -> Option<&'static str> {
    let place = Place::of(region)?;
    let sold = |other: &&Place| other.cloud.regions().any(|name| name == other.region);
    let others = PLACES.iter().filter(|other| other.cloud != place.cloud);
    let mut others: Vec<&Place> = others.filter(sold).collect();
    let abroad = |other: &Place| {
        (
            other.continent != place.continent,
            other.country != place.country,
        )
    };
    others.sort_by(|a, b| {
        let by_land = abroad(a).cmp(&abroad(b));
        by_land.then(place.km(a).total_cmp(&place.km(b)))
    });
    let mut near = others.iter();
    let near = near.find(|other| other.continent == place.continent && priced(other.region));
    let any = || {
        let by_way = |a: &&&Place, b: &&&Place| {
            let by_continent = abroad(a).0.cmp(&abroad(b).0);
            by_continent.then(place.km(a).total_cmp(&place.km(b)))
        };
        others.iter().min_by(by_way)
    };
    near.or_else(any).map(|other| other.region)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;
    use crate::service_nanos;

    /// What a cluster with machines behind NAT needs.
    fn priced(region: &str) -> bool {
        let items: &[&str] = match Cloud::of(region) {
            Some(Cloud::Gcp) => &["gce.disk.pd-balanced", "gke.autopilot.vcpu", "nat.vm"],
            _ => &["ebs.gp3", "fargate.vcpu", "vpc.nat", "vpc.nat.data"],
        };
        items
            .iter()
            .all(|item| service_nanos(region, item).is_some())
    }

    #[test]
    fn every_region_with_machines_has_a_place() {
        let names: BTreeSet<&str> = PLACES.iter().map(|place| place.region).collect();
        assert_eq!(names.len(), PLACES.len());
        for cloud in Cloud::ALL {
            for region in cloud.regions().filter(|name| !name.contains("-gov-")) {
                let place = Place::of(region);
                assert_eq!(place.map(|place| place.cloud), Some(cloud), "{region}");
            }
        }
    }

    #[test]
    fn the_way_is_the_known_one() {
        let km = |a, b| Place::of(a).unwrap().km(Place::of(b).unwrap()).round();
        // Frankfurt and London; Dublin and Ashburn; Tokyo and Sydney.
        assert!((km("eu-central-1", "europe-west2") - 640.0).abs() < 15.0);
        assert!((km("eu-west-1", "us-east4") - 5_470.0).abs() < 60.0);
        assert!((km("ap-northeast-1", "australia-southeast1") - 7_820.0).abs() < 60.0);
        assert!(km("us-east-1", "us-east4") < 1.0);
    }

    #[test]
    fn known_partners() {
        for (region, partner_of_it) in [
            ("us-west1", "us-west-2"),
            ("us-central1", "us-east-1"),
            ("us-east4", "us-east-1"),
            ("europe-west3", "eu-central-1"),
            ("europe-west2", "eu-west-1"),
            ("asia-southeast3", "ap-southeast-1"),
            // Nobody read what NAT costs in Brazil: near comes before priced on another continent.
            ("southamerica-west1", "sa-east-1"),
            ("eu-west-1", "europe-west1"),
            ("us-east-1", "us-east4"),
            ("us-west-2", "us-west1"),
            ("us-west-1", "us-west2"),
            ("ap-southeast-7", "asia-southeast1"),
            ("me-south-1", "me-central2"),
        ] {
            assert_eq!(partner(region, priced), Some(partner_of_it), "{region}");
        }
        assert_eq!(partner("us-gov-west-1", priced), None);
        assert_eq!(partner("mars-north1", priced), None);
    }

    /// Told again, from the definition: nobody is nearer that would do as well.
    #[test]
    fn nobody_nearer_would_do_as_well() {
        for place in PLACES {
            let found = Place::of(partner(place.region, priced).unwrap()).unwrap();
            assert_ne!(found.cloud, place.cloud);
            let rank = |other: &Place| {
                let near = other.continent == place.continent;
                match (near && priced(other.region), other.country == place.country) {
                    (true, true) => 0,
                    (true, false) => 1,
                    _ if near => 2,
                    _ => 3,
                }
            };
            let others = PLACES.iter().filter(|other| {
                other.cloud != place.cloud && other.cloud.regions().any(|one| one == other.region)
            });
            for other in others {
                let worse = (rank(found), place.km(found)) > (rank(other), place.km(other));
                assert!(!worse, "{} {} {}", place.region, found.region, other.region);
            }
        }
    }
}
