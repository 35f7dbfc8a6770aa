//! A visitor: a browser without a screen, which reads, follows links, fills in forms that are there and presses
//! buttons that are there. Every page it comes to must be a sound one.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use reqwest::{Client, Method, StatusCode, Url, header::HeaderName};
use scraper::ElementRef;

use super::{
    app::{Answer, Post, client},
    checks,
    page::{Page, Table, css, text},
};

/// Redirects that a browser follows.
const MOST_REDIRECTS: usize = 10;

/// Somebody who looks at the site.
pub struct Visitor {
    client: Client,
    site: Url,
    post: Arc<Post>,
    page: Option<Page>,
    /// What has been typed into the page's forms, by the field's place on the page.
    typed: BTreeMap<usize, String>,
    /// Which boxes have been ticked or cleared, and which choices made.
    ticked: BTreeMap<usize, bool>,
    /// The cookies that the site has set.
    cookies: BTreeMap<String, String>,
    /// The addresses that led to the page, each answered with another.
    pub redirects: Vec<String>,
}

impl Visitor {
    /// Somebody who has not looked at anything yet.
    pub fn new(site: &str, post: Arc<Post>) -> Self {
        let client = client().build().expect("a client");
        let site = site.parse().expect("an address");
        let (typed, ticked, cookies) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { client, site, post, page: None, typed, ticked, cookies, redirects: Vec::new() }
    }

    /// Goes to an address.
    pub async fn visit(&mut self, path: &str) -> &mut Self {
        let address = self.site.join(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        self.go(Method::GET, address, None).await
    }

    /// Goes to an address of which the site may have a page in its memory that is not a second old.
    pub async fn visit_anew(&mut self, path: &str) -> &mut Self {
        tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
        self.visit(path).await
    }

    /// Follows the link with these words.
    pub async fn follow(&mut self, words: &str) -> &mut Self {
        let address = self.page().link(words);
        self.visit(&address).await
    }

    /// Reads the next mail to an address and follows the link with these words in it.
    pub async fn follow_link_in_mail(&mut self, address: &str, words: &str) -> &mut Self {
        let link = self.post.mailbox().mail_to(address).await.link(words);
        self.visit(&link).await
    }

    async fn go(&mut self, method: Method, address: Url, form: Option<String>) -> &mut Self {
        let mut next = VecDeque::from([(method, address, form)]);
        self.redirects.clear();
        self.typed.clear();
        self.ticked.clear();
        while let Some((method, address, form)) = next.pop_front() {
            assert_eq!(address.origin(), self.site.origin(), "{address} is another site");
            let mut request = self.client.request(method, address.clone());
            request = request.header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
            if let Some(form) = form {
                // As browsers send it from a page that tells nobody where it is; others have `origin` as well.
                request = request.header("sec-fetch-site", "same-origin").header("origin", "null");
                request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
            }
            if !self.cookies.is_empty() {
                let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
                request = request.header("cookie", cookies.join("; "));
            }
            let answer = Answer::to(request).await;
            self.keep_cookies(&answer);
            let mut path = address.path().to_owned();
            if let Some(query) = address.query() {
                path = format!("{path}?{query}");
            }
            if answer.status.is_redirection() {
                self.redirects.push(path);
                assert!(self.redirects.len() <= MOST_REDIRECTS, "{:?} go on and on", self.redirects);
                let target = address.join(answer.header("location")).expect("an address");
                next.push_back((Method::GET, target, None));
                continue;
            }
            let page = Page::of(path, &answer);
            let problems = checks::problems(&page);
            assert!(problems.is_empty(), "{} is not sound: {problems:#?}", page.path);
            self.page = Some(page);
        }
        self
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, rules) = cookie.to_str().expect("text").split_once(';').expect("a cookie with its rules");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            let rules = rules.to_ascii_lowercase();
            assert!(rules.contains("httponly") && rules.contains("samesite=lax"), "{name}: {rules}");
            if rules.contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A cookie, as it would be if somebody had set it by hand.
    pub fn set_cookie(&mut self, name: &str, value: &str) -> &mut Self {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// The page that is shown.
    #[track_caller]
    pub fn page(&self) -> &Page {
        self.page.as_ref().expect("nothing has been visited yet")
    }

    /// Makes sure that these words can be read.
    #[track_caller]
    pub fn see(&mut self, words: &str) -> &mut Self {
        let page = self.page();
        assert!(page.text().contains(words), "“{words}” is not on {page:?}");
        self
    }

    /// Makes sure that these words cannot be read.
    #[track_caller]
    pub fn dont_see(&mut self, words: &str) -> &mut Self {
        let page = self.page();
        assert!(!page.text().contains(words), "“{words}” is on {page:?}");
        self
    }

    /// The main heading.
    pub fn heading(&self) -> String {
        self.page().heading()
    }

    /// The name of the tab.
    pub fn title(&self) -> String {
        self.page().title()
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.page().path
    }

    /// The page's status.
    pub fn status(&self) -> StatusCode {
        self.page().status
    }

    /// A header of the page; empty if there is none.
    pub fn header(&self, name: &'static str) -> &str {
        let value = self.page().headers.get(HeaderName::from_static(name));
        value.map_or("", |value| value.to_str().expect("text"))
    }

    /// What a key fact says.
    #[track_caller]
    pub fn fact(&self, term: &str) -> String {
        self.page().fact(term)
    }

    /// What stands under a heading.
    #[track_caller]
    pub fn section(&self, heading: &str) -> String {
        self.page().section(heading)
    }

    /// The table with this caption.
    #[track_caller]
    pub fn table(&self, caption: &str) -> Table {
        self.page().table(caption)
    }

    /// What stands in the field with this label.
    #[track_caller]
    pub fn field(&self, label: &str) -> String {
        let at = self.field_at(label);
        self.typed.get(&at).cloned().unwrap_or_else(|| value(self.controls()[at]))
    }

    /// Types into the field with this label; of a choice, its words.
    #[track_caller]
    pub fn fill(&mut self, label: &str, words: &str) -> &mut Self {
        let at = self.field_at(label);
        let field = self.controls()[at];
        let typed = if field.value().name() == "select" {
            let options = css("option");
            let option = field.select(&options).find(|option| option_text(*option) == words);
            let option = option.unwrap_or_else(|| panic!("“{label}” has no choice “{words}”"));
            option.attr("value").unwrap_or(words).to_owned()
        } else {
            let most = field.attr("maxlength").and_then(|most| most.parse().ok()).unwrap_or(usize::MAX);
            words.chars().take(most).collect()
        };
        self.typed.insert(at, typed);
        self
    }

    /// Ticks the box, or makes the choice, with this label.
    #[track_caller]
    pub fn tick(&mut self, label: &str) -> &mut Self {
        let at = self.field_at(label);
        let (kind, name) = (self.controls()[at].attr("type"), self.controls()[at].attr("name"));
        assert!(matches!(kind, Some("checkbox" | "radio")), "“{label}” cannot be ticked");
        // Of several choices one is made.
        let same = |other: &ElementRef<'_>| kind == Some("radio") && other.attr("name") == name;
        let cleared: Vec<usize> =
            self.controls().iter().enumerate().filter(|(_, other)| same(other)).map(|(at, _)| at).collect();
        self.ticked.extend(cleared.into_iter().map(|at| (at, false)));
        self.ticked.insert(at, true);
        self
    }

    /// Clears the box with this label.
    #[track_caller]
    pub fn untick(&mut self, label: &str) -> &mut Self {
        let at = self.field_at(label);
        self.ticked.insert(at, false);
        self
    }

    /// Whether the box with this label is ticked.
    #[track_caller]
    pub fn is_ticked(&self, label: &str) -> bool {
        let at = self.field_at(label);
        self.ticked.get(&at).copied().unwrap_or_else(|| self.controls()[at].attr("checked").is_some())
    }

    /// What the field with this label is said to be wrong with; empty if nothing.
    #[track_caller]
    pub fn mistake(&self, label: &str) -> String {
        let id = self.controls()[self.field_at(label)].attr("id").unwrap_or_default().to_owned();
        let mistake = self.page().texts(&format!("#{id}-error")).join(" ");
        mistake.strip_prefix("Error: ").unwrap_or(&mistake).to_owned()
    }

    /// The mistakes of the form, as they are listed above it.
    pub fn mistakes(&self) -> Vec<String> {
        self.page().texts("#errors li")
    }

    /// The form of a button as a browser would send it: where to, and what.
    #[track_caller]
    pub fn filled_in(&self, button: &str) -> (String, String) {
        let (_, address, form) = self.form_of(button);
        let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
        (format!("{}{query}", address.path()), form.unwrap_or_default())
    }

    /// Presses the button with these words and sends the form it belongs to.
    pub async fn press(&mut self, words: &str) -> &mut Self {
        let (method, address, form) = self.form_of(words);
        self.go(method, address, form).await
    }

    /// Sends a form that is on no page, as this visitor's browser would.
    pub async fn send(&self, path: &str, form: &str) -> Answer {
        let address = self.site.join(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(Method::POST, address).header("sec-fetch-site", "same-origin");
        let request = request.header("accept", "text/html").header("cookie", cookies.join("; "));
        Answer::to(request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned())).await
    }

    fn form_of(&self, words: &str) -> (Method, Url, Option<String>) {
        let page = self.page();
        let buttons = page.select("form button");
        let Some(button) = buttons.iter().find(|button| text(**button) == words) else {
            panic!("{}: no button “{words}” among {:?}", page.path, page.texts("form button"))
        };
        let forms = button.ancestors().filter_map(ElementRef::wrap);
        let form = forms.into_iter().find(|element| element.value().name() == "form").expect("the button's form");
        let here = self.site.join(&page.path).expect("an address");
        let address = here.join(form.attr("action").unwrap_or("")).expect("an address");

        let mut sent = address.clone();
        sent.set_query(None);
        for (at, control) in self.controls().into_iter().enumerate() {
            let within = control.ancestors().any(|element| element.id() == form.id());
            let Some(name) = control.attr("name").filter(|_| within) else { continue };
            if matches!(control.attr("type"), Some("checkbox" | "radio"))
                && !self.ticked.get(&at).copied().unwrap_or(control.attr("checked").is_some())
            {
                continue;
            }
            let value = self.typed.get(&at).cloned().unwrap_or_else(|| value(control));
            sent.query_pairs_mut().append_pair(name, &value);
        }
        if let Some(name) = button.attr("name") {
            sent.query_pairs_mut().append_pair(name, button.attr("value").unwrap_or(""));
        }
        match form.attr("method").unwrap_or("get").to_ascii_lowercase().as_str() {
            "post" => (Method::POST, address, Some(sent.query().unwrap_or_default().to_owned())),
            _ => (Method::GET, sent, None),
        }
    }

    fn controls(&self) -> Vec<ElementRef<'_>> {
        self.page().select("form input, form select, form textarea")
    }

    #[track_caller]
    fn field_at(&self, label: &str) -> usize {
        let page = self.page();
        let Some(found) = page.select("label").into_iter().find(|found| text(*found) == label) else {
            panic!("{}: no field “{label}” among {:?}", page.path, page.texts("label"))
        };
        let id = found.attr("for").unwrap_or_else(|| panic!("“{label}” belongs to no field"));
        let at = self.controls().iter().position(|control| control.attr("id") == Some(id));
        at.unwrap_or_else(|| panic!("“{label}” belongs to no field"))
    }
}

fn value(control: ElementRef<'_>) -> String {
    match control.value().name() {
        "select" => {
            let options: Vec<_> = control.select(&css("option")).collect();
            let chosen = options.iter().find(|option| option.attr("selected").is_some()).or(options.first());
            chosen.map(|option| option.attr("value").map_or_else(|| option_text(*option), str::to_owned))
        }
        "textarea" => Some(control.text().collect()),
        _ => control.attr("value").map(str::to_owned),
    }
    .unwrap_or_default()
}

fn option_text(option: ElementRef<'_>) -> String {
    super::page::squeeze(&option.text().collect::<String>())
}
