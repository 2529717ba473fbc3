//! The two cookies of a session. Over TLS their names say that nothing but TLS may have set them.

use axum::http::{HeaderMap, HeaderValue, header};

/// Whether somebody came by TLS decides under which name a cookie is set and looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// The access token; sent with every request.
    Access,
    /// The refresh token; sent to `/api/auth` only.
    Refresh,
}

impl Cookie {
    fn name(self, is_tls: bool) -> &'static str {
        match (self, is_tls) {
            (Cookie::Access, false) => "harness_access",
            // Browsers take it from TLS only, from this host only, and for every path.
            (Cookie::Access, true) => "__Host-harness_access",
            (Cookie::Refresh, false) => "harness_refresh",
            (Cookie::Refresh, true) => "__Secure-harness_refresh",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Cookie::Access => "/",
            Cookie::Refresh => "/api/auth",
        }
    }

    /// The header that sets it for so many seconds; 0 takes it back.
    pub fn set(self, value: &str, seconds: i64, is_tls: bool) -> Option<HeaderValue> {
        let (name, path, secure) = (self.name(is_tls), self.path(), if is_tls { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// What the browser sent under that name. None when it sent several: one of them was planted.
    pub fn get(self, headers: &HeaderMap, is_tls: bool) -> Option<&str> {
        let name = self.name(is_tls);
        let mut found = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        let only = found.next().filter(|value| !value.is_empty())?;
        found.next().is_none().then_some(only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts_other_sites_and_over_tls_of_plain_http() {
        let plain = Cookie::Access.set("x", 900, false).expect("a header");
        assert_eq!(plain, "harness_access=x; Path=/; Max-Age=900; HttpOnly; SameSite=Strict");
        let tls = Cookie::Refresh.set("x", 9, true).expect("a header");
        assert_eq!(tls, "__Secure-harness_refresh=x; Path=/api/auth; Max-Age=9; HttpOnly; SameSite=Strict; Secure");
        assert!(
            Cookie::Access.set("x", 9, true).expect("a header").to_str().is_ok_and(|set| set.starts_with("__Host-"))
        );
    }

    #[test]
    fn a_planted_second_cookie_makes_both_count_for_nothing() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; harness_access=mine; c=d"));
        assert_eq!(Cookie::Access.get(&headers, false), Some("mine"));
        assert_eq!(Cookie::Access.get(&headers, true), None, "one from plain HTTP does not count by TLS");
        headers.append(header::COOKIE, HeaderValue::from_static("harness_access=planted"));
        assert_eq!(Cookie::Access.get(&headers, false), None);
    }
}
