namespace BillingDesk.Browser.Tests.Page;

/// <summary>Everything that can be done with a mouse can be done with a keyboard, and one sees where one is.</summary>
public sealed class KeyboardTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    /// <summary>Numbers each control that is there to be used. Of radio buttons of one name Tab reaches the one that is chosen, and arrows the others.</summary>
    private const string Number =
        """
        () => {
          const controls = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
            .filter((each) => !(each.type === 'radio' && !each.checked && document.querySelector(`input[type=radio][name="${each.name}"]:checked`)))
            .filter((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }))
          controls.forEach((each, index) => { each.dataset.control = index })
          return controls.map((each) => `${each.tagName.toLowerCase()} ${(each.getAttribute('aria-label') ?? each.textContent ?? '').trim().slice(0, 40)}`)
        }
        """;

    /// <summary>Which of them has the focus, and whether one sees that: an outline, or a style that it has only then.</summary>
    private const string Focused =
        """
        () => {
          const at = document.activeElement
          if (!at || at === document.body) return { control: -1, isSeen: true }
          const style = getComputedStyle(at)
          const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
          return { control: Number(at.dataset.control ?? -2), isSeen: outlined && at.matches(':focus-visible') }
        }
        """;

    [Fact]
    public async Task TabReachesEveryControlInOrderAndOneSeesWhereOneIs()
    {
        var page = await SettledAsync("acc_12");
        var controls = await page.EvaluateAsync<string[]>(Number);
        controls.Length.ShouldBeGreaterThan(20);
        var reached = new HashSet<int>();
        var unseen = new List<string>();

        for (var presses = 0; presses <= controls.Length + 5; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            var focused = await page.EvaluateAsync<Focus>(Focused);
            if (focused.Control < 0) continue;
            reached.Add(focused.Control);
            if (!focused.IsSeen) unseen.Add(controls[focused.Control]);
        }

        controls.Where((_, index) => !reached.Contains(index)).ShouldBeEmpty();
        unseen.ShouldBeEmpty();
    }

    [Fact]
    public async Task AnInvoiceIsPaidWithoutAMouse()
    {
        var page = await SettledAsync("acc_60");
        var number = await page.FirstInvoiceAsync("Past due");

        await TabToAsync(page, number);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Panel("Invoice").GetByText(number)).ToBeVisibleAsync();
        await TabToAsync(page, "Pay ");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Panel("Invoice").GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task TheScreensAreChangedWithoutAMouse()
    {
        var page = await SettledAsync("acc_12");
        await TabToAsync(page, "All accounts");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Panel("All accounts")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Shift+Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Panel("Invoices")).ToBeVisibleAsync();
    }

    private async Task<IPage> SettledAsync(string account)
    {
        var page = await (await desk.BrowserAsync()).NewPageAsync();
        await page.GotoAsync($"/?account={account}");
        await Expect(page.Locator(".link-open")).ToBeVisibleAsync();
        await Expect(page.Panel("Invoice").GetByRole(AriaRole.Button).First).ToBeVisibleAsync();
        await Expect(page.Locator(".caption-reading")).ToHaveCountAsync(0);
        return page;
    }

    private static async Task TabToAsync(IPage page, string text)
    {
        for (var presses = 0; presses < 500; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("text => document.activeElement.textContent.trim().startsWith(text) && document.activeElement !== document.body", text)) return;
        }
        throw new InvalidOperationException($"Tab does not reach '{text}'.");
    }

    /// <summary>Where the focus is.</summary>
    public sealed class Focus
    {
        public int Control { get; set; }

        public bool IsSeen { get; set; }
    }
}
