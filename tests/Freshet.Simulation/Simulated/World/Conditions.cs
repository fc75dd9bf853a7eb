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

    /// <summary>How much longer what is stored is on its way into the second level, than other calls there take.</summary>
    public TimeSpan Storing { get; init; }

    /// <summary>Every kind of fault, by its name.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. typeof(Conditions).GetProperties().Where(property => property.PropertyType == typeof(double)).Select(property => property.Name)];

    /// <summary>Leaves a kind of fault out.</summary>
    public void LeaveOut(string kind) => this[kind] = 0;

    /// <summary>Adds to a kind of fault.</summary>
    public void PutIn(string kind, Chance chance) => this[kind] = Math.Min(0.95, this[kind] + chance.Between(0.7, 2) * Most(kind));

    /// <summary>The conditions of a seed.</summary>
    /// <param name="chance">What it is drawn from.</param>
    /// <param name="under">What is not drawn.</param>
    public static Conditions Draw(Chance chance, Direction under)
    {
        var conditions = new Conditions { Storing = TimeSpan.FromSeconds(under.Storing) };
        conditions.LoaderFails = Some(nameof(LoaderFails));
        conditions.LoaderHangs = Some(nameof(LoaderHangs));
        conditions.LoaderIsSlow = chance.Of(0, 0.02, 0.2);
        conditions.Loss = Some(nameof(Loss));
        conditions.Doubling = Some(nameof(Doubling));
        conditions.Delay = Some(nameof(Delay));
        conditions.SecondLevelFails = Some(nameof(SecondLevelFails));
        conditions.Cuts = Some(nameof(Cuts));
        conditions.Pauses = Some(nameof(Pauses));
        conditions.Sleeps = Some(nameof(Sleeps));
        conditions.Crashes = Some(nameof(Crashes));
        conditions.WallShifts = Some(nameof(WallShifts));
        conditions.LogRestarts = Some(nameof(LogRestarts));
        conditions.Trims = Some(nameof(Trims));
        conditions.Evictions = Some(nameof(Evictions));
        conditions.BrokenActions = Some(nameof(BrokenActions));
        conditions.WriterCrashes = Some(nameof(WriterCrashes));
        conditions.LongTransactions = Some(nameof(LongTransactions));
        conditions.DatabaseFails = Some(nameof(DatabaseFails));
        conditions.Drift = chance.Of(0, 0.001, 0.02);
        return conditions;

        double Some(string kind) => chance.Is(0.35) ? chance.Between(0.05, 1) * Most(kind) : 0;
    }

    private static double Most(string kind) => kind switch
    {
        nameof(Evictions) => 1,
        nameof(Cuts) => 0.5,
        nameof(Doubling) or nameof(Pauses) or nameof(Trims) or nameof(LongTransactions) => 0.3,
        nameof(LogRestarts) => 0.25,
        nameof(LoaderIsSlow) or nameof(Delay) or nameof(SecondLevelFails) or nameof(BrokenActions) => 0.2,
        nameof(LoaderFails) or nameof(Crashes) => 0.15,
        nameof(Loss) or nameof(Sleeps) or nameof(WallShifts) or nameof(DatabaseFails) => 0.1,
        nameof(WriterCrashes) => 0.08,
        _ => 0.02, // loaders that hang, drift
    };

    private double this[string kind]
    {
        get => (double)Property(kind).GetValue(this)!;
        set => Property(kind).SetValue(this, value);
    }

    private static System.Reflection.PropertyInfo Property(string kind) =>
        Kinds.Contains(kind) ? typeof(Conditions).GetProperty(kind)! : throw new ArgumentException($"There is no kind of fault '{kind}'.");

    /// <summary>Everything is mended.</summary>
    public void Calm()
    {
        LoaderFails = LoaderHangs = LoaderIsSlow = Loss = Doubling = Delay = SecondLevelFails = 0;
        Cuts = Pauses = Sleeps = Crashes = WallShifts = LogRestarts = Trims = Evictions = BrokenActions = WriterCrashes = LongTransactions = DatabaseFails = 0;
    }
}
