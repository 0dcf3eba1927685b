namespace MedCloud.Contracts;

/// <summary>The names of the queues; sender and consumer take them from here.</summary>
public static class Queues
{
    /// <summary>Events for Results: <see cref="InstanceStored"/>, <see cref="AnalysisCompleted"/>, <see cref="AnalysisRefused"/>, <see cref="AnalysisFailed"/>.</summary>
    public const string Results = "results";

    /// <summary>Events for Ingest's ledger: <see cref="InstanceRecorded"/>, <see cref="AnalysisRecorded"/>, <see cref="AnalysisDelayed"/>.</summary>
    public const string Ledger = "ledger";

    /// <summary>The queue of <see cref="AnalyseInstance"/> for a model: <c>analyse.NAME</c>, or <c>analyse.NAME.stat</c>.</summary>
    public static string Analyse(string modelName, bool stat) => stat ? $"analyse.{modelName}.stat" : $"analyse.{modelName}";
}
