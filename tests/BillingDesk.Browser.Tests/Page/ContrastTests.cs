namespace BillingDesk.Browser.Tests.Page;

/// <summary>Readable in light and dark: every text on the page has the contrast that WCAG 2.2 AA asks for, against what lies behind it.</summary>
public sealed class ContrastTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    /// <summary>Texts with too little contrast, and how many were looked at. What is disabled is exempt (1.4.3).</summary>
    private const string Look =
        """
        () => {
          const canvas = document.createElement('canvas')
          canvas.width = canvas.height = 1
          const brush = canvas.getContext('2d', { willReadFrequently: true })
          // Any notation a style computes to, as the browser itself understands it.
          const rgba = (color) => {
            brush.clearRect(0, 0, 1, 1)
            brush.fillStyle = color
            brush.fillRect(0, 0, 1, 1)
            const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data
            return { r, g, b, a: a / 255 }
          }
          const over = (top, under) => ({
            r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1,
          })
          const luminance = ({ r, g, b }) => {
            const [x, y, z] = [r, g, b].map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
            return 0.2126 * x + 0.7152 * y + 0.0722 * z
          }
          const behind = (element) => {
            const layers = []
            for (let each = element; each; each = each.parentElement) {
              const style = getComputedStyle(each)
              if (style.backgroundImage !== 'none') return undefined
              layers.push(rgba(style.backgroundColor))
              if (layers.at(-1).a === 1) break
            }
            // Beneath the last one is the canvas, which has the color scheme's own color.
            const scheme = rgba(matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#ffffff')
            return layers.reduceRight((under, layer) => over(layer, under), scheme)
          }
          const opacity = (element) => {
            let all = 1
            for (let each = element; each; each = each.parentElement) all *= Number(getComputedStyle(each).opacity)
            return all
          }
          const faults = []
          let looked = 0
          const check = (element, text, style) => {
            const back = behind(element)
            const name = `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} "${text.trim().slice(0, 30)}"`
            if (!back) return faults.push(`${name}: an image lies behind it`)
            looked++
            const ink = rgba(element instanceof SVGElement ? style.fill : style.color)
            const [light, dark] = [luminance(over({ ...ink, a: ink.a * opacity(element) }, back)), luminance(back)].sort((a, b) => b - a)
            const ratio = (light + 0.05) / (dark + 0.05)
            const size = parseFloat(style.fontSize)
            const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
            if (ratio < (isLarge ? 3 : 4.5)) faults.push(`${name}: ${ratio.toFixed(2)}`)
          }
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement
            if (!walker.currentNode.data.trim() || element.closest('script, style, :disabled, [aria-disabled=true]') || !element.checkVisibility({ visibilityProperty: true })) continue
            check(element, walker.currentNode.data, getComputedStyle(element))
          }
          for (const field of document.querySelectorAll('input:not(:disabled)')) {
            if (!field.checkVisibility()) continue
            if (field.value) check(field, field.value, getComputedStyle(field))
            if (field.placeholder) check(field, field.placeholder, getComputedStyle(field, '::placeholder'))
          }
          return { looked, faults: [...new Set(faults)] }
        }
        """;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task EveryTextHasTheContrastOfWcagAa(ColorScheme colors)
    {
        var browser = await desk.BrowserAsync(colors: colors);
        var page = await DeskInBrowser.TabAsync(browser, "acc_60");
        using var payer = desk.Elsewhere();
        (await payer.PostAsync($"/api/invoices/{(await desk.UnpaidAsync("acc_60"))[0]}/pay", null)).EnsureSuccessStatusCode();
        await Expect(page.Strip().First).ToContainTextAsync("acc_60"); // the strip has a line
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.caption-reading').length === 0");
        (await page.EvaluateAsync<bool>("() => matchMedia('(prefers-color-scheme: dark)').matches")).ShouldBe(colors == ColorScheme.Dark);
        await IsReadableAsync(page, "the desk");

        await page.GetByRole(AriaRole.Button, new() { Name = "All accounts", Exact = true }).ClickAsync();
        await Expect(page.Panel("All accounts").GetByRole(AriaRole.Row).Nth(5)).ToBeVisibleAsync();
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.caption-reading').length === 0");
        await IsReadableAsync(page, "all accounts");
    }

    [Fact]
    public async Task GreyOnGreyIsFound()
    {
        var page = await desk.OpenAsync("acc_60");
        await page.AddStyleTagAsync(new() { Content = "h1 { color: #8a8a8a !important }" });
        (await page.EvaluateAsync<Findings>(Look)).Faults.ShouldContain(fault => fault.Contains("Billing Desk", StringComparison.Ordinal));
    }

    private static async Task IsReadableAsync(IPage page, string what)
    {
        var found = await page.EvaluateAsync<Findings>(Look);
        found.Looked.ShouldBeGreaterThan(50, what);
        found.Faults.ShouldBeEmpty(what);
    }

    /// <summary>How many texts were looked at, and which are too faint.</summary>
    public sealed class Findings
    {
        public int Looked { get; set; }

        public string[] Faults { get; set; } = [];
    }
}
