//! Reads the URL of a proxy: whole, or not at all. An illegible value never means a direct connection.

use percent_encoding::percent_decode_str;
use reqwest::{NoProxy, Proxy, Url};

/// The variables that name a proxy for https, the first one that is set.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// A proxy that can't be used. The text shows no part of its URL, since it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {why}")]
pub struct ProxyError {
    /// The flag or the variable.
    name: &'static str,
    why: &'static str,
}

impl ProxyError {
    /// An error of the flag.
    pub(crate) const fn of_flag(why: &'static str) -> Self {
        Self { name: "--proxy", why }
    }
}

/// The proxy that the environment names, with the hosts that are reached without it.
pub(crate) fn of_environment() -> Result<Option<Proxy>, ProxyError> {
    let set = |name: &&'static str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let Some(name) = VARIABLES.into_iter().find(set) else { return Ok(None) };
    let text = std::env::var(name).map_err(|_| ProxyError { name, why: "is no text" })?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let proxy = parse(&text).map_err(|why| ProxyError { name, why })?;
    Ok(Some(proxy.no_proxy(NoProxy::from_env())))
}

/// Parses the URL of a proxy: `http://user:password@host:port`, the password as it is or with `%`.
pub(crate) fn parse(text: &str) -> Result<Proxy, &'static str> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let scheme = scheme.to_ascii_lowercase();
    if scheme.starts_with("socks") {
        return Err("must begin with http:// or https://: idv speaks no SOCKS");
    }
    if !matches!(scheme.as_str(), "http" | "https") {
        return Err("must begin with http:// or https://");
    }
    // A password may hold an @, a host never does.
    let (credentials, host) = match rest.rsplit_once('@') {
        Some((credentials, host)) => (Some(credentials), host),
        None => (None, rest),
    };
    let host = host.strip_suffix('/').unwrap_or(host);
    if host.is_empty() || host.contains(is_ambiguous) {
        return Err("is no URL of a proxy");
    }
    let url = Url::parse(&format!("{scheme}://{host}")).map_err(|_| "is no URL of a proxy")?;
    let proxy = Proxy::all(url).map_err(|_| "is no URL of a proxy")?;
    let Some(credentials) = credentials else { return Ok(proxy) };
    if credentials.contains(is_ambiguous) {
        return Err(
            "can't be read whole: write # as %23, / as %2F, ? as %3F, \\ as %5C and a blank as \
                    %20 in its password",
        );
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    Ok(proxy.basic_auth(&decoded(user)?, &decoded(password)?))
}

/// Whether a character may end the part of a URL in which it stands.
fn is_ambiguous(c: char) -> bool {
    matches!(c, '#' | '/' | '?' | '\\') || c.is_whitespace() || c.is_control()
}

/// Decodes `%40` and the like. Any other `%` can't be read.
fn decoded(text: &str) -> Result<String, &'static str> {
    let hex = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !text.split('%').skip(1).all(hex) {
        return Err("can't be read whole: write % as %25 in its password");
    }
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| "has a password that is no UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_whole_or_refused() {
        for text in [
            "http://proxy.example:3128",
            "https://proxy.example",
            "proxy.example:3128",
            "http://u:p@proxy.example:3128/",
            "http://u:p@ss@proxy.example:3128",
            "http://u:p%40s%23s@[::1]:3128",
            " http://proxy.example:3128 ",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "http://u:p#s@proxy.example:3128",
            "http://u:p/s@proxy.example:3128",
            "http://u:p?s@proxy.example:3128",
            "http://u:p s@proxy.example:3128",
            "http://u:p\\s@proxy.example:3128",
            "http://u:p%zz@proxy.example:3128",
            "ftp://proxy.example",
            "socks5://proxy.example:1080",
            "socks5h://proxy.example:1080",
            "http://",
            "http://u:p@",
            "http://proxy.example:port",
            "http://proxy.example:3128/path",
            "://proxy.example",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_encoded_password_is_decoded() {
        assert_eq!(decoded("p%40s%2525"), Ok("p@s%25".to_owned()));
        assert!(decoded("100%").is_err());
    }
}
