using MedCloud.Medctl;

return await CommandLine.RunAsync(args);
