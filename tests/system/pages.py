"""What a person does on a page: fill by the field's name, choose, press the button that bears a text."""

from playwright.sync_api import Locator, Page, expect

MOT_DE_PASSE = "une phrase bien longue"


def visit(page: Page, url: str) -> None:
    answer = page.goto(url)
    assert answer is not None
    assert answer.ok, f"{url}: {answer.status}"


def field(page: Page, name: str) -> Locator:
    """The field that is sent with the page's form, rather than the one of the same name that changes what is shown."""
    sent = page.locator(f"main form[method='post'] [name='{name}']")
    return sent if sent.count() else page.locator(f"main [name='{name}']")


def fill(page: Page, **values: str) -> None:
    """Text fields by name; two underscores stand for the dash of a repeated line."""
    for name, value in values.items():
        field(page, name.replace("__", "-")).fill(value)


def choose(page: Page, **values: str) -> None:
    """Selects by name and value, whether or not a script has turned them into a search."""
    for name, value in values.items():
        select = field(page, name.replace("__", "-"))
        if select.is_visible():
            select.select_option(value)
            continue
        label = select.locator(f"option[value='{value}']").first.text_content() or value
        search = page.get_by_role("combobox").and_(page.locator(f"#{select.get_attribute('id')}-recherche"))
        search.fill(label.strip())
        page.locator("[role='option']:visible", has_text=label.strip()).first.click()  # a select has options of its own


def answer(page: Page, **values: str) -> None:
    """Radios and check boxes by name and value, "on" for a box alone; the label is what one clicks."""
    for name, value in values.items():
        control = field(page, name.replace("__", "-"))
        if value != "on":
            control = page.locator(f"main input[name='{name.replace('__', '-')}'][value='{value}']")
        page.locator(f"label[for='{control.get_attribute('id')}']").click()


def press(page: Page, text: str) -> None:
    """The button or link that bears a text, then the page it leads to, which must not be an error."""
    target = (
        page.locator("main").get_by_role("button", name=text).or_(page.locator("main").get_by_role("link", name=text))
    )
    target.first.click()
    page.wait_for_load_state()
    expect(page.locator("h1")).to_be_visible()


def log_in(page: Page, url: str, email: str) -> None:
    """By the log-in page itself, the former session ended."""
    page.context.clear_cookies()
    visit(page, f"{url}/connexion/")
    page.fill("[name=username]", email)
    page.fill("[name=password]", MOT_DE_PASSE)
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()


def titled(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_contain_text(text)
