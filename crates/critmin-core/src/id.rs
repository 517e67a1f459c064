//! Identities: one type per noun, so that a country cannot pass for a commodity.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $expected:literal, $valid:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Accepts `id` when it has the form of this kind of identity.
            ///
            /// # Errors
            ///
            /// [`Error::MalformedId`] says what was found and what was expected.
            pub fn new(id: impl Into<String>) -> Result<Self, Error> {
                let id = id.into();
                if $valid(&id) {
                    Ok(Self(id))
                } else {
                    Err(Error::MalformedId { kind: $kind, found: id, expected: $expected })
                }
            }

            /// The identity as text, as it stands in columns.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(id: &str) -> Result<Self, Error> {
                Self::new(id)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(id: String) -> Result<Self, Error> {
                Self::new(id)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // Lets maps keyed by this identity be asked with a plain `&str`.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

identity!(
    /// A commodity as the USGS understands it: `gallium`, `natural-graphite`.
    CommodityId,
    "commodity",
    "lower-case words joined by hyphens, such as `natural-graphite`",
    is_slug
);
identity!(
    /// An economy: ISO 3166-1 alpha-3 (`CHN`), or a documented id for a historical area (`BLX`).
    CountryId,
    "country",
    "three capital letters (ISO 3166-1 alpha-3), such as `CHN`",
    is_alpha3
);
identity!(
    /// A group of countries with dated membership: `eu-27`, `quad`.
    BlocId,
    "bloc",
    "lower-case words joined by hyphens, such as `eu-27`",
    is_slug
);
identity!(
    /// One edition of one publisher's series: `usgs-mcs-2026`. Two editions are two sources.
    SourceId,
    "source",
    "lower-case words joined by hyphens, such as `usgs-mcs-2026`",
    is_slug
);

fn is_slug(id: &str) -> bool {
    id.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

fn is_alpha3(id: &str) -> bool {
    id.len() == 3 && id.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_refuse_what_is_not_of_their_kind() {
        assert!(CommodityId::new("natural-graphite").is_ok());
        for wrong in ["", "Gallium", "natural graphite", "-gallium", "gallium-"] {
            assert!(CommodityId::new(wrong).is_err(), "{wrong:?} was accepted");
        }
        assert!(CountryId::new("CHN").is_ok());
        for wrong in ["", "chn", "China", "CH1"] {
            assert!(CountryId::new(wrong).is_err(), "{wrong:?} was accepted");
        }
    }

    #[test]
    fn a_malformed_id_teaches() {
        let error = CountryId::new("china").unwrap_err().to_string();
        assert_eq!(
            error,
            "`china` is not a country id: expected three capital letters (ISO 3166-1 alpha-3), such as `CHN`"
        );
    }
}
