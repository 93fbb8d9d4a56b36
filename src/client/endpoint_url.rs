//! The URL of the endpoint: which URLs are accepted, and how the credentials get into the query.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

/// All characters that a query value can't hold as they are (RFC 3986, "unreserved").
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An endpoint that can't be used. The text shows no part of the URL, since it may hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the endpoint {0}")]
pub struct EndpointError(&'static str);

/// Reads the URL of an endpoint: `https`, or `http` on this machine, and no credentials in it.
pub(crate) fn parse(text: &str) -> Result<Url, EndpointError> {
    let url = Url::parse(text.trim())
        .map_err(|_| EndpointError("is no URL; write it as in https://host.example/path"))?;
    let wrong = match url.scheme() {
        "https" | "http" if !url.username().is_empty() || url.password().is_some() => {
            "has a user name in its URL; the credentials go into IDV_PARTNER_CODE and IDV_PARTNER_KEY"
        }
        "https" | "http" if has_credentials(&url) => {
            "has partner_code or partner_key in its URL; they go into IDV_PARTNER_CODE and IDV_PARTNER_KEY"
        }
        "https" => return Ok(url),
        "http" if is_loopback(&url) => return Ok(url),
        "http" => {
            "uses http://, which would send the key and the applicants unencrypted; write https://"
        }
        _ => "must begin with https://",
    };
    Err(EndpointError(wrong))
}

fn has_credentials(url: &Url) -> bool {
    url.query_pairs().any(|(name, _)| name == "partner_code" || name == "partner_key")
}

/// Whether the host is this machine: 127.0.0.0/8, `::1`, localhost.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse().map_or(host == "localhost", |address: std::net::IpAddr| address.is_loopback())
}

/// The part of the URL that may be shown: scheme, host, port and path, never the query.
pub(crate) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    shown.to_string()
}

/// Adds the credentials as query parameters, as the provider's guide demands.
pub(crate) fn with_credentials(mut url: Url, code: &str, key: &SecretString) -> Url {
    let encode = |value| utf8_percent_encode(value, QUERY);
    let former = url.query().filter(|query| !query.is_empty());
    let query = format!(
        "{}{}partner_code={}&partner_key={}",
        former.unwrap_or_default(),
        if former.is_some() { "&" } else { "" },
        encode(code),
        encode(key.expose_secret()),
    );
    url.set_query(Some(&query));
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn credentials_are_percent_encoded_whatever_is_in_them() {
        let key = SecretString::from("k+/=%26 Zz&#é");
        let url = with_credentials(url("https://h.example/a?b=c#d"), "Te st", &key);
        assert_eq!(
            url.as_str(),
            "https://h.example/a?b=c&partner_code=Te%20st&partner_key=k%2B%2F%3D%2526%20Zz%26%23%C3%A9"
        );
        let pairs: Vec<_> = url.query_pairs().map(|(_, value)| value.into_owned()).collect();
        assert_eq!(pairs, ["c", "Te st", "k+/=%26 Zz&#é"]);
    }

    #[test]
    fn only_this_machine_is_asked_over_http() {
        for text in
            ["http://127.0.0.1:80/", "http://127.9.9.9/", "http://[::1]:1/", "http://localhost"]
        {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "http://10.0.0.1/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "ftp://h/",
            "h",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn credentials_inside_the_endpoint_are_refused_and_not_shown() {
        for text in ["https://u:secret@h.example/", "https://h.example/?partner_key=secret"] {
            let error = parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_shown_part_of_an_endpoint_has_no_query() {
        assert_eq!(shown(&url("https://h.example/a?b=c")), "https://h.example/a");
    }
}
