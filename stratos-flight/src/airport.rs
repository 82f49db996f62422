//! The airports between which the simulator flies, from public facts.

use thiserror::Error;

/// An airport.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Airport {
    /// ICAO code, such as `EDDF`.
    pub icao: &'static str,
    /// Name in English.
    pub name: &'static str,
    /// Latitude of the reference point in degrees, north positive.
    pub latitude: f64,
    /// Longitude of the reference point in degrees, east positive.
    pub longitude: f64,
    /// Elevation above mean sea level in feet.
    pub elevation: f64,
    /// True heading of the main runway in degrees, rounded; the runway is used in both directions.
    pub runway_heading: f64,
}

/// Error of [`find_airport`]: no airport has the code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct UnknownAirport {
    /// The code, as it was given.
    pub icao: String,
    /// The code that was probably meant: of a similar code, or of the airport's name.
    pub suggestion: Option<&'static str>,
}

impl std::fmt::Display for UnknownAirport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let icao: String = self.icao.escape_debug().take(MAX_SHOWN).collect();
        write!(f, "unknown airport `{icao}`")?;
        match self.suggestion {
            Some(suggestion) => write!(f, ": did you mean `{suggestion}`?"),
            None => {
                let codes: Vec<_> = AIRPORTS.iter().map(|airport| airport.icao).collect();
                write!(f, ": the simulator knows {}", codes.join(", "))
            }
        }
    }
}

/// All airports, in the order of their codes.
#[must_use]
pub fn airports() -> &'static [Airport] {
    AIRPORTS
}

/// Finds an airport by its ICAO code, in upper or lower case.
///
/// # Errors
///
/// If no airport has the code. The error suggests a similar one, or lists all.
pub fn find_airport(icao: &str) -> Result<&'static Airport, UnknownAirport> {
    let mut all = AIRPORTS.iter();
    let found = all.find(|airport| airport.icao.eq_ignore_ascii_case(icao));
    found.ok_or_else(|| UnknownAirport {
        icao: icao.to_owned(),
        suggestion: similar(icao),
    })
}

/// Number of characters of a wrong code that an error shows.
const MAX_SHOWN: usize = 20;

/// The code that differs by one letter or one exchange of letters, or that of the airport with this name.
fn similar(icao: &str) -> Option<&'static str> {
    if icao.len() > MAX_SHOWN {
        return None;
    }
    let (upper, lower) = (icao.to_ascii_uppercase(), icao.to_lowercase());
    let is_meant = |airport: &&Airport| {
        let is_misspelt = strsim::damerau_levenshtein(airport.icao, &upper) == 1;
        is_misspelt || lower.len() >= 4 && airport.name.to_lowercase().contains(&lower)
    };
    AIRPORTS.iter().find(is_meant).map(|airport| airport.icao)
}

/// Makes the table short.
const fn airport(
    icao: &'static str,
    name: &'static str,
    (latitude, longitude): (f64, f64),
    elevation: f64,
    runway_heading: f64,
) -> Airport {
    Airport {
        icao,
        name,
        latitude,
        longitude,
        elevation,
        runway_heading,
    }
}

#[rustfmt::skip]
const AIRPORTS: &[Airport] = &[
    airport("CYYZ", "Toronto Pearson", (43.6767, -79.6306), 569.0, 47.0),
    airport("EDDF", "Frankfurt", (50.0333, 8.5706), 364.0, 70.0),
    airport("EDDH", "Hamburg", (53.6303, 9.9883), 53.0, 50.0),
    airport("EDDM", "Munich", (48.3539, 11.7861), 1487.0, 83.0),
    airport("EGLL", "London Heathrow", (51.4775, -0.4614), 83.0, 90.0),
    airport("EHAM", "Amsterdam Schiphol", (52.3081, 4.7642), -11.0, 183.0),
    airport("EIDW", "Dublin", (53.4214, -6.2700), 242.0, 95.0),
    airport("EKCH", "Copenhagen Kastrup", (55.6181, 12.6561), 17.0, 43.0),
    airport("ENGM", "Oslo Gardermoen", (60.2028, 11.0839), 681.0, 16.0),
    airport("ESSA", "Stockholm Arlanda", (59.6519, 17.9186), 137.0, 10.0),
    airport("FACT", "Cape Town", (-33.9694, 18.5972), 151.0, 344.0),
    airport("KJFK", "New York John F. Kennedy", (40.6397, -73.7789), 13.0, 121.0),
    airport("KLAX", "Los Angeles", (33.9425, -118.4081), 128.0, 83.0),
    airport("KSFO", "San Francisco", (37.6189, -122.3750), 13.0, 118.0),
    airport("LEMD", "Madrid Barajas", (40.4722, -3.5608), 2000.0, 180.0),
    airport("LEPA", "Palma de Mallorca", (39.5517, 2.7389), 27.0, 60.0),
    airport("LFPG", "Paris Charles de Gaulle", (49.0097, 2.5478), 392.0, 85.0),
    airport("LGAV", "Athens", (37.9364, 23.9472), 308.0, 36.0),
    airport("LGIR", "Heraklion", (35.3397, 25.1803), 115.0, 95.0),
    airport("LIRF", "Rome Fiumicino", (41.8003, 12.2389), 14.0, 163.0),
    airport("LOWW", "Vienna", (48.1103, 16.5697), 600.0, 116.0),
    airport("LSZH", "Zurich", (47.4647, 8.5492), 1417.0, 154.0),
    airport("LTFM", "Istanbul", (41.2622, 28.7278), 325.0, 176.0),
    airport("OMDB", "Dubai", (25.2528, 55.3644), 62.0, 121.0),
    airport("RJTT", "Tokyo Haneda", (35.5533, 139.7811), 21.0, 150.0),
    airport("YSSY", "Sydney", (-33.9461, 151.1772), 21.0, 168.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn airports_are_in_order_and_on_earth() {
        assert!(AIRPORTS.is_sorted_by(|a, b| a.icao < b.icao));
        for airport in AIRPORTS {
            assert!(
                airport.icao.len() == 4 && airport.latitude.abs() < 66.0,
                "{airport:?}"
            );
            assert!(airport.longitude.abs() < 180.0 && airport.elevation < 3000.0);
            assert!((0.0..360.0).contains(&airport.runway_heading));
            assert_eq!(find_airport(&airport.icao.to_lowercase()).unwrap(), airport);
        }
    }

    #[test]
    fn wrong_codes_get_a_suggestion_or_the_list() {
        for (icao, expected) in [
            ("EDFD", "unknown airport `EDFD`: did you mean `EDDF`?"),
            ("lgr", "unknown airport `lgr`: did you mean `LGIR`?"),
            (
                "frankfurt",
                "unknown airport `frankfurt`: did you mean `EDDF`?",
            ),
            ("Rome", "unknown airport `Rome`: did you mean `LIRF`?"),
            (
                "XXXX",
                "unknown airport `XXXX`: the simulator knows CYYZ, EDDF, ",
            ),
            ("\n", "unknown airport `\\n`: the simulator knows CYYZ"),
        ] {
            let error = find_airport(icao).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let long = find_airport(&"E".repeat(1_000_000)).unwrap_err();
        assert!(long.to_string().len() < 300);
    }
}
