//! Pages of text in Markdown: staff's own words in the place of those that come with the site, and pages of their own.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Conflict, Shown, or_nothing};
use crate::{
    actions::configure::{self, Changed},
    app::App,
    domain::{limits, text::tidy, word_text},
    store::{self, site_pages::SitePage},
    urls,
    web::{
        admin::{
            frame::{Frame, Section},
            guard::Staff,
        },
        cache::CachePolicy,
        error::PageError,
        extract::{Form, Now, PageName},
        filters::day_of,
        form::FormErrors,
        markdown, page,
        pages::texts::Text,
    },
};

#[derive(Template)]
#[template(path = "admin/site/pages.html")]
struct PagesPage {
    frame: Frame,
    lines: Vec<Line>,
}

/// A page in the list.
struct Line {
    slug: String,
    title: String,
    address: String,
    built_in: bool,
    own: Option<SitePage>,
}

/// All pages.
pub async fn list(State(app): State<App>, staff: Staff) -> Result<Response, PageError> {
    let mut own = store::site_pages::all(&mut *app.pool.acquire().await?).await?;
    let mut lines: Vec<Line> = Text::ALL
        .into_iter()
        .map(|text| {
            let own = own.remove(text.slug());
            Line {
                slug: text.slug().to_owned(),
                title: own.as_ref().map_or(text.title(), |own| &own.title).to_owned(),
                address: text.address().to_owned(),
                built_in: true,
                own,
            }
        })
        .collect();
    lines.extend(own.into_iter().map(|(slug, page)| Line {
        title: page.title.clone(),
        address: urls::help_page(&slug),
        built_in: false,
        own: Some(page),
        slug,
    }));
    page::html(&PagesPage { frame: Frame::new(&staff, Section::Site, "Pages"), lines }, CachePolicy::Never)
}

/// A page as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PageForm {
    mark: String,
    slug: String,
    title: String,
    body: String,
    /// What it looks like is wanted, not that it is saved.
    preview: String,
}

#[derive(Template)]
#[template(path = "admin/site/page.html")]
struct PagePage {
    frame: Frame,
    /// Its name in addresses; `None`: it is new.
    slug: Option<String>,
    address: String,
    built_in: Option<Text>,
    own: Option<SitePage>,
    form: PageForm,
    errors: FormErrors,
    conflict: Vec<Conflict>,
}

impl PagePage {
    fn preview(&self) -> String {
        markdown::to_html(&word_text::clean(&self.form.body))
    }

    fn title_hint(&self) -> String {
        format!("Up to {} characters.", limits::TITLE)
    }

    fn slug_hint(&self) -> String {
        format!(
            "The end of its address, /help/…: lower-case letters, digits and hyphens, up to {}. It stays as it is.",
            limits::PAGE_SLUG
        )
    }
}

async fn render(
    app: &App,
    staff: &Staff,
    slug: Option<&str>,
    form: Option<PageForm>,
    shown: Shown,
) -> Result<Response, PageError> {
    let built_in = slug.and_then(Text::with_slug);
    let own = match slug {
        Some(slug) => store::site_pages::find(&mut *app.pool.acquire().await?, slug).await?,
        None => None,
    };
    if slug.is_some() && built_in.is_none() && own.is_none() && shown.conflict.is_empty() {
        return Err(PageError::NotFound);
    }
    let form = form.unwrap_or_else(|| PageForm {
        mark: configure::page_mark(own.as_ref()),
        title: own.as_ref().map_or(built_in.map_or("", Text::title), |own| &own.title).to_owned(),
        body: own.as_ref().map(|own| own.body.clone()).unwrap_or_default(),
        ..PageForm::default()
    });
    let name = own.as_ref().map(|own| own.title.clone()).or(built_in.map(|text| text.title().to_owned()));
    let title = name.unwrap_or_else(|| "New page".to_owned());
    let page = PagePage {
        frame: Frame::new(
            staff,
            Section::Site,
            if shown.errors.is_empty() { title } else { format!("Error: {title}") },
        ),
        address: built_in
            .map_or_else(|| slug.map(urls::help_page).unwrap_or_default(), |text| text.address().to_owned()),
        slug: slug.map(str::to_owned),
        built_in,
        own,
        form,
        errors: shown.errors,
        conflict: shown.conflict,
    };
    Ok((shown.status, page::html(&page, CachePolicy::Never)?).into_response())
}

/// The form for a new page.
pub async fn new(State(app): State<App>, staff: Staff) -> Result<Response, PageError> {
    render(&app, &staff, None, None, Shown::fine()).await
}

/// The form for a page.
pub async fn show(State(app): State<App>, staff: Staff, PageName(slug): PageName) -> Result<Response, PageError> {
    render(&app, &staff, Some(&slug), None, Shown::fine()).await
}

/// Adds a page.
pub async fn add(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    Form(form): Form<PageForm>,
) -> Result<Response, PageError> {
    let mut errors = FormErrors::default();
    let slug = form.slug.trim().to_owned();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || slug.len() > limits::PAGE_SLUG || !slug.chars().all(fits) {
        let most = limits::PAGE_SLUG;
        errors.add("slug", format!("Enter at most {most} lower-case letters, digits and hyphens"));
    } else if slug == "new" || Text::with_slug(&slug).is_some() {
        errors.add("slug", "This name belongs to a page that comes with the site; choose another");
    }
    save(&app, &staff, now, None, &slug, form, errors).await
}

/// Changes a page.
pub async fn change(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    PageName(slug): PageName,
    Form(form): Form<PageForm>,
) -> Result<Response, PageError> {
    save(&app, &staff, now, Some(&slug), &slug, form, FormErrors::default()).await
}

async fn save(
    app: &App,
    staff: &Staff,
    now: Now,
    known: Option<&str>,
    slug: &str,
    form: PageForm,
    mut errors: FormErrors,
) -> Result<Response, PageError> {
    let title = tidy(&form.title).split_whitespace().collect::<Vec<_>>().join(" ");
    let body = word_text::clean(&form.body);
    if title.is_empty() {
        errors.add("title", "Enter what the page is called");
    }
    errors.length("title", "the title", &title, limits::TITLE);
    if body.is_empty() {
        errors.add("body", "Write something on the page");
    }
    errors.markdown("body", "the text", &body, limits::PAGE_BODY);
    if !errors.is_empty() {
        let form = PageForm { preview: String::new(), ..form };
        return render(app, staff, known, Some(form), Shown::wrong(errors)).await;
    }
    if !form.preview.is_empty() {
        return render(app, staff, known, Some(form), Shown::fine()).await;
    }
    let mut db = app.pool.acquire().await?;
    // A new page is made from there being none.
    let mark = if known.is_some() { form.mark.clone() } else { configure::page_mark(None) };
    match configure::write_page(&mut db, &staff.actor, slug, &mark, &title, &body, now.0).await? {
        Changed::Stale(Some(_)) if known.is_none() => {
            drop(db);
            errors.add("slug", "There is a page with this name already; choose another");
            return render(app, staff, None, Some(form), Shown::wrong(errors)).await;
        }
        Changed::Stale(theirs) => {
            drop(db);
            let mark = configure::page_mark(theirs.as_ref());
            let (their_title, their_body) = theirs.map_or_else(Default::default, |page| (page.title, page.body));
            let fields = [("Title", their_title, title), ("Text", their_body, body)];
            let differ = fields.into_iter().filter(|(_, theirs, yours)| theirs != yours);
            let conflict = differ
                .map(|(label, theirs, yours)| Conflict { label, theirs: or_nothing(theirs), yours: or_nothing(yours) })
                .collect();
            return render(app, staff, known, Some(PageForm { mark, ..form }), Shown::stale(conflict)).await;
        }
        Changed::Same => staff.say(&mut db, "The page is as it was.").await?,
        Changed::Done => {
            app.live.look(&mut db).await?;
            staff.say(&mut db, &format!("“{title}” is saved, and public within a second.")).await?;
        }
    }
    Ok(Redirect::to(urls::admin::site_pages()).into_response())
}

/// Removes what staff have written.
pub async fn remove(
    State(app): State<App>,
    staff: Staff,
    now: Now,
    PageName(slug): PageName,
) -> Result<Response, PageError> {
    let mut db = app.pool.acquire().await?;
    let there = configure::remove_page(&mut db, &staff.actor, &slug, now.0).await?;
    if !there && Text::with_slug(&slug).is_none() {
        return Err(PageError::NotFound);
    }
    app.live.look(&mut db).await?;
    let notice = match Text::with_slug(&slug) {
        Some(text) => format!("“{}” says again what came with the site.", text.title()),
        None => "The page is removed.".to_owned(),
    };
    staff.say(&mut db, &notice).await?;
    Ok(Redirect::to(urls::admin::site_pages()).into_response())
}
