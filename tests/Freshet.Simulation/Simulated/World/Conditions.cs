namespace Freshet.Simulation;

/// <summary>How rough a run is. Each kind of fault is in some runs and not in others: where everything fails at once, most faults hide behind others.</summary>
internal sealed class Conditions
{
    public double LoaderFails { get; set; }

    public double LoaderHangs { get; set; }

    public double LoaderIsSlow { get; set; } = 0.02;

    /// <summary>Part of the messages between a node and the log that are lost.</summary>
    public double Loss { get; set; }

    /// <summary>Part of what is told without being asked that comes twice.</summary>
    public double Doubling { get; set; }

    /// <summary>Part of the messages that take long.</summary>
    public double Delay { get; set; }

    public double SecondLevelFails { get; set; }

    /// <summary>How often, per second, something is done to a node or to the log.</summary>
    public double Cuts { get; set; }

    public double Pauses { get; set; }

    public double Sleeps { get; set; }

    public double Crashes { get; set; }

    public double WallShifts { get; set; }

    public double LogRestarts { get; set; }

    public double Trims { get; set; }

    public double Evictions { get; set; }

    /// <summary>Part of the writes whose action fails, before or after the commit.</summary>
    public double BrokenActions { get; set; }

    /// <summary>Part of the writes whose process dies on the way.</summary>
    public double WriterCrashes { get; set; }

    /// <summary>Part of the transactions that stay open for seconds.</summary>
    public double LongTransactions { get; set; }

    /// <summary>Part of the calls to the database, of transactions and of the outbox, that fail; half of them are done all the same.</summary>
    public double DatabaseFails { get; set; }

    /// <summary>How far a node's clock may run fast or slow.</summary>
    public double Drift { get; set; } = 0.001;

    /// <summary>Leaves a kind of fault out.</summary>
    public void LeaveOut(string kind)
    {
        _ = kind switch
        {
            nameof(LoaderFails) => LoaderFails = 0,
            nameof(LoaderHangs) => LoaderHangs = 0,
            nameof(LoaderIsSlow) => LoaderIsSlow = 0,
            nameof(Loss) => Loss = 0,
            nameof(Doubling) => Doubling = 0,
            nameof(Delay) => Delay = 0,
            nameof(SecondLevelFails) => SecondLevelFails = 0,
            nameof(Cuts) => Cuts = 0,
            nameof(Pauses) => Pauses = 0,
            nameof(Sleeps) => Sleeps = 0,
            nameof(Crashes) => Crashes = 0,
            nameof(WallShifts) => WallShifts = 0,
            nameof(LogRestarts) => LogRestarts = 0,
            nameof(Trims) => Trims = 0,
            nameof(Evictions) => Evictions = 0,
            nameof(BrokenActions) => BrokenActions = 0,
            nameof(WriterCrashes) => WriterCrashes = 0,
            nameof(LongTransactions) => LongTransactions = 0,
            nameof(DatabaseFails) => DatabaseFails = 0,
            nameof(Drift) => Drift = 0,
            _ => throw new ArgumentException($"There is no kind of fault '{kind}'."),
        };
    }

    /// <summary>Every kind of fault, by its name.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        nameof(LoaderFails), nameof(LoaderHangs), nameof(LoaderIsSlow), nameof(Loss), nameof(Doubling), nameof(Delay), nameof(SecondLevelFails), nameof(Cuts), nameof(Pauses),
        nameof(Sleeps), nameof(Crashes), nameof(WallShifts), nameof(LogRestarts), nameof(Trims), nameof(Evictions), nameof(BrokenActions), nameof(WriterCrashes),
        nameof(LongTransactions), nameof(DatabaseFails), nameof(Drift),
    ];

    /// <summary>The conditions of a seed.</summary>
    public static Conditions Draw(Chance chance)
    {
        var conditions = new Conditions();
        double Some(double most) => chance.Is(0.35) ? chance.Between(0.05, 1) * most : 0;
        conditions.LoaderFails = Some(0.15);
        conditions.LoaderHangs = Some(0.02);
        conditions.LoaderIsSlow = chance.Of(0, 0.02, 0.2);
        conditions.Loss = Some(0.1);
        conditions.Doubling = Some(0.3);
        conditions.Delay = Some(0.2);
        conditions.SecondLevelFails = Some(0.2);
        conditions.Cuts = Some(0.5);
        conditions.Pauses = Some(0.3);
        conditions.Sleeps = Some(0.1);
        conditions.Crashes = Some(0.15);
        conditions.WallShifts = Some(0.1);
        conditions.LogRestarts = Some(0.25);
        conditions.Trims = Some(0.3);
        conditions.Evictions = Some(1);
        conditions.BrokenActions = Some(0.2);
        conditions.WriterCrashes = Some(0.08);
        conditions.LongTransactions = Some(0.3);
        conditions.DatabaseFails = Some(0.1);
        conditions.Drift = chance.Of(0, 0.001, 0.02);
        return conditions;
    }

    /// <summary>Everything is mended.</summary>
    public void Calm()
    {
        LoaderFails = LoaderHangs = LoaderIsSlow = Loss = Doubling = Delay = SecondLevelFails = 0;
        Cuts = Pauses = Sleeps = Crashes = WallShifts = LogRestarts = Trims = Evictions = BrokenActions = WriterCrashes = LongTransactions = DatabaseFails = 0;
    }
}
