namespace BillingDesk.Data;

/// <summary>Made-up words for the seed; they name nobody.</summary>
internal static class SeedWords
{
    private static readonly string[] _starts = ["Ba", "Dro", "Fen", "Gli", "Kor", "Lum", "Mar", "Nel", "Ost", "Pru", "Quin", "Ril", "Sav", "Tor", "Vel", "Wim"];
    private static readonly string[] _middles = ["ba", "da", "ga", "lo", "mi", "no", "ra", "si", "ti", "vu"];
    private static readonly string[] _ends = ["dex", "lin", "mor", "nak", "pel", "rix", "sten", "tova", "vane", "zu"];
    private static readonly string[] _kinds = ["Works", "Supply", "Studio", "Freight", "Garden", "Press", "Tools", "Kitchen"];
    private static readonly string[] _goods = ["Seats", "Storage", "Support hours", "Onboarding", "Report export", "Extra workspace", "Data import", "Training day"];
    private static readonly string[] _sizes = ["small", "standard", "large"];
    private static readonly string[] _memos = ["", "", "Thank you for your order.", "Please quote the number when you pay.", "As agreed by phone.", "Corrected copy."];

    public static string Word(SplitMix64 random) => random.Pick(_starts) + random.Pick(_middles) + random.Pick(_ends);

    public static string Account(SplitMix64 random) => $"{Word(random)} {random.Pick(_kinds)}";

    public static string Person(SplitMix64 random) => $"{random.Pick(_starts)}{random.Pick(_middles)} {Word(random)}";

    public static string Goods(SplitMix64 random) => $"{random.Pick(_goods)}, {random.Pick(_sizes)}";

    public static string Memo(SplitMix64 random) => random.Pick(_memos);
}
