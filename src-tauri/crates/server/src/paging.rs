//! A part of a list: `?limit=100&cursor=…` or `?limit=100&page=2`.

use crate::answers::{Written, json};
use axum::{
    http::{HeaderName, HeaderValue, Uri, header},
    response::Response,
};
use harness_api::{ApiError, ErrorCode, Procedure};
use std::fmt::Write;
use url::form_urlencoded;

/// How many entries the whole list has.
pub(crate) static TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// The most entries of one part.
pub(crate) const MOST: usize = 1_000;
/// The last page that can be asked for.
pub(crate) const LAST_PAGE: usize = 999_999;
/// The entries of a part when only a place is given.
const USUAL: usize = 100;

/// Which part is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    from: usize,
    limit: usize,
}

impl Part {
    /// What the query asks for; none when it asks for the whole list, or the answer is no list.
    ///
    /// Fails with `BadInput` when it cannot be read.
    pub fn of(procedure: Procedure, query: &str) -> Result<Option<Self>, ApiError> {
        if !crate::input::is_pageable(procedure) {
            return Ok(None);
        }
        let wrong = |name: &str, words: &str| ApiError::new(ErrorCode::BadInput, format!("{name}: {words}"));
        let (mut limit, mut cursor, mut page) = (None, None, None);
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "limit" => &mut limit,
                "cursor" => &mut cursor,
                "page" => &mut page,
                _ => continue,
            };
            let is_number = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse::<usize>().ok().filter(|_| is_number);
            if place.replace(number.ok_or_else(|| wrong(&name, "give a whole number"))?).is_some() {
                return Err(wrong(&name, "is given twice"));
            }
        }
        let limit = match (limit, cursor, page) {
            (None, None, None) => return Ok(None),
            (Some(limit), ..) if (1..=MOST).contains(&limit) => limit,
            (Some(_), ..) => return Err(wrong("limit", "give a number from 1 to 1000")),
            (None, ..) => USUAL,
        };
        if page.is_some_and(|page| !(1..=LAST_PAGE).contains(&page)) {
            return Err(wrong("page", "give a number from 1 to 999999"));
        }
        let of_page = page.map_or(0, |page| (page - 1).saturating_mul(limit));
        let from = cursor.unwrap_or(of_page);
        Ok(Some(Self { from, limit }))
    }

    /// Tells this part's tag from those of others.
    pub fn place(&self) -> String {
        format!("-{}-{}", self.from, self.limit)
    }

    /// The part, with how many there are and where the next ones stand.
    pub fn of_list(&self, list: &Written, uri: &Uri) -> Response {
        let mut response = json(list.part(self.from, self.limit));
        response.headers_mut().insert(TOTAL.clone(), HeaderValue::from(list.len()));
        if let Ok(links) = HeaderValue::from_str(&self.links(list.len(), uri)) {
            response.headers_mut().insert(header::LINK, links);
        }
        response
    }

    fn links(&self, total: usize, uri: &Uri) -> String {
        let others: Vec<_> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .filter(|(name, _)| !crate::input::STEERING.contains(&name.as_ref()))
            .collect();
        let mut links = String::new();
        let mut link = |rel: &str, from: usize| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&others);
            query.append_pair("limit", &self.limit.to_string()).append_pair("cursor", &from.to_string());
            let comma = if links.is_empty() { "" } else { ", " };
            let _ = write!(links, "{comma}<{}?{}>; rel=\"{rel}\"", uri.path(), query.finish());
        };
        link("first", 0);
        if self.from > 0 {
            link("prev", self.from.min(total).saturating_sub(self.limit));
        }
        if self.from.saturating_add(self.limit) < total {
            link("next", self.from + self.limit);
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(query: &str) -> Result<Option<Part>, ApiError> {
        Part::of(Procedure::feature_list, query)
    }

    #[test]
    fn a_part_is_asked_for_by_its_place_or_its_page() {
        assert_eq!(part(""), Ok(None), "without a word it is the whole list");
        assert_eq!(part("limit=50"), Ok(Some(Part { from: 0, limit: 50 })));
        assert_eq!(part("page=3&limit=50"), Ok(Some(Part { from: 100, limit: 50 })));
        assert_eq!(part("cursor=7"), Ok(Some(Part { from: 7, limit: USUAL })));
        assert_eq!(part("page=3&cursor=7"), part("cursor=7"), "a cursor says it more exactly");
        for wrong in
            ["limit=0", "limit=1001", "limit=-1", "limit=", "page=0", "page=1000000", "cursor=x", "limit=1&limit=2"]
        {
            assert!(part(wrong).is_err(), "{wrong}");
        }
        let query = Part::of(Procedure::project_get, "limit=x");
        assert_eq!(query, Ok(None), "what is no list has no parts");
    }

    #[test]
    fn the_links_lead_to_the_parts_before_and_after() {
        let uri: Uri = "/api/projects/1/features?limit=10&cursor=20&a=b%26c".parse().expect("an address");
        let links = Part { from: 20, limit: 10 }.links(35, &uri);
        assert_eq!(
            links,
            "</api/projects/1/features?a=b%26c&limit=10&cursor=0>; rel=\"first\", \
             </api/projects/1/features?a=b%26c&limit=10&cursor=10>; rel=\"prev\", \
             </api/projects/1/features?a=b%26c&limit=10&cursor=30>; rel=\"next\""
        );
        assert!(!Part { from: 30, limit: 10 }.links(35, &uri).contains("next"), "it was the last one");
    }
}
