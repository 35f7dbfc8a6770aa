//! Formatted text that is pasted into a field for Markdown.

use serde_json::json;

use super::{
    browser::{Browser, Scripts, WIDE, with_browser},
    site::site,
};

/// What a word processor puts into the clipboard.
const WORD: &str = "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style>p.MsoNormal{margin:0}</style></head><body>
<h1><span lang=EN-GB>Our <b>answer</b><o:p></o:p></span></h1>
<p class=MsoNormal>The Government is <b style='mso-bidi-font-weight:normal'>very </b><b>grateful</b>, and
has <i>read</i> <a href=\"https://example.org/petition\">the petition</a>: 5 * 3.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·&nbsp;&nbsp; </span>\
<![endif]>plant trees</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level2 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>o&nbsp; </span><![endif]>\
where there is room</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.&nbsp; </span><![endif]>first</p>
<table class=MsoTableGrid><tr><td><p class=MsoNormal>Year</p></td><td><p>Trees</p></td></tr><tr><td>2021</td><td>1,000 | more</td></tr></table>
<script>alert(1)</script></body></html>";

const MARKDOWN: &str = "# Our answer

The Government is **very** **grateful**, and has *read* [the petition](https://example.org/petition): 5 \\* 3.

- plant trees
   - where there is room
1. first

| Year | Trees |
| --- | --- |
| 2021 | 1,000 \\| more |";

/// Puts something into the clipboard as another program would, and presses the keys that paste it.
async fn paste(browser: &Browser, field: &str, html: &str, plain: &str) {
    let copy = "const [id, html, plain] = arguments;
        document.addEventListener('copy', (event) => {
            event.preventDefault();
            event.clipboardData.setData('text/html', html);
            event.clipboardData.setData('text/plain', plain);
        }, { once: true });
        document.activeElement.blur();
        getSelection().selectAllChildren(document.querySelector('h1'));
        const copied = document.execCommand('copy');
        document.getElementById(id).focus();
        document.getElementById(id).select();
        return copied";
    assert!(browser.ask::<bool>(copy, vec![field.into(), html.into(), plain.into()]).await, "nothing was copied");
    for kind in ["rawKeyDown", "keyUp"] {
        let commands = if kind == "rawKeyDown" { json!(["paste"]) } else { json!([]) };
        let key = json!({ "type": kind, "modifiers": 2, "key": "v", "code": "KeyV", "windowsVirtualKeyCode": 86,
            "commands": commands });
        browser.dev_tools("Input.dispatchKeyEvent", key).await;
    }
}

async fn value(browser: &Browser, field: &str) -> String {
    browser.ask("return document.getElementById(arguments[0]).value", vec![field.into()]).await
}

#[tokio::test]
async fn formatted_text_becomes_markdown_and_can_be_undone() {
    with_browser(WIDE, Scripts::On, async |browser| {
        let token = site().staff_session().await;
        let cookie = json!({ "name": "staff", "value": token, "url": site().address("/"), "httpOnly": true });
        browser.dev_tools("Network.setCookie", cookie).await;
        let petition = site().petition_in("open").await;
        browser.visit(&format!("/admin/petitions/{petition}/response")).await;
        browser.fill("Full response", "before").await;
        paste(browser, "details", WORD, "Our answer").await;
        assert_eq!(value(browser, "details").await, MARKDOWN);
        browser.see("Formatting was turned into Markdown. Undo takes it back.").await;
        let _: bool = browser.ask("return document.execCommand('undo')", vec![]).await;
        assert_eq!(value(browser, "details").await, "before");

        // Words without format, and Markdown that somebody copies, arrive as they are.
        paste(browser, "details", "<meta charset='utf-8'><div># As it is: *this*</div>", "# As it is: *this*").await;
        assert_eq!(value(browser, "details").await, "# As it is: *this*");
        // Fields of plain text take the plain text.
        paste(browser, "summary", WORD, "Our answer").await;
        assert_eq!(value(browser, "summary").await, "Our answer");
    })
    .await;
}
